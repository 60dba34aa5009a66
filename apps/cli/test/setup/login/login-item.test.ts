import { join } from "node:path";
import { expect, test } from "vitest";
import { describeLoginItem, type LoginProgram } from "../../../src/setup/login/login-item.ts";

const program: LoginProgram = {
  command: ["/usr/bin/node", "/home/ada l/cspace.js", "daemon", "--at-login"],
  env: { PATH: "/usr/bin:/opt/50%/bin", X: 'a"b$c\\d' },
};

test("Linux: a unit of the user's systemd, wanted by what a session begins with", () => {
  const place = { platform: "linux", home: "/home/ada", cspaceHome: "/home/ada/.cspace", env: {} } as const;
  const { file, link, folders, task } = describeLoginItem(program, place);
  const folder = "/home/ada/.config/systemd/user";
  expect(folders).toEqual(["/home/ada/.config", "/home/ada/.config/systemd", folder, `${folder}/default.target.wants`]);
  expect(file.path).toBe(`${folder}/cspace.service`);
  expect(link).toEqual({ path: `${folder}/default.target.wants/cspace.service`, to: "../cspace.service" });
  expect(task).toBeUndefined();
  // systemd.service(5): `%` and `$` are doubled, quotes and backslashes escaped.
  expect(file.text.split("\n")).toEqual(
    expect.arrayContaining([
      'Environment="PATH=/usr/bin:/opt/50%%/bin"',
      'Environment="X=a\\"b$$c\\\\d"',
      'ExecStart="/usr/bin/node" "/home/ada l/cspace.js" "daemon" "--at-login"',
      "Type=oneshot",
      "RemainAfterExit=yes",
      "WantedBy=default.target",
    ]),
  );
  const moved = describeLoginItem(program, { ...place, env: { XDG_CONFIG_HOME: "/cfg" } });
  expect(moved.file.path).toBe("/cfg/systemd/user/cspace.service");
});

test("macOS: a launch agent, whose children stay when it returns", () => {
  const place = { platform: "darwin", home: "/Users/ada", cspaceHome: "/Users/ada/.cspace", env: {} } as const;
  const { file, folders, link } = describeLoginItem({ ...program, env: { A: "<&>" } }, place);
  expect([folders, link, file.path]).toEqual([
    ["/Users/ada/Library/LaunchAgents"],
    undefined,
    "/Users/ada/Library/LaunchAgents/dev.cspace.login.plist",
  ]);
  expect(file.text).toContain("<key>Label</key><string>dev.cspace.login</string>");
  expect(file.text).toContain("<key>RunAtLoad</key><true/>");
  expect(file.text).toContain("<key>AbandonProcessGroup</key><true/>");
  expect(file.text).toContain("<key>A</key><string>&lt;&amp;&gt;</string>");
  expect(file.text).toMatch(
    /<array>\n {4}<string>\/usr\/bin\/node<\/string>\n {4}<string>\/home\/ada l\/cspace\.js<\/string>/,
  );
});

test("Windows: a task of this user's, with no more rights than the user has", () => {
  const env = { USERDOMAIN: "SHOP", USERNAME: "ada" };
  const place = { platform: "win32", home: "C:\\Users\\ada", cspaceHome: "C:\\Users\\ada\\.cspace", env } as const;
  const command = ["C:\\Program Files\\nodejs\\node.exe", "C:\\x y\\", 'say "hi"'] as const;
  const { file, task } = describeLoginItem({ command, env: {} }, place);
  expect([file.path, task]).toEqual([join("C:\\Users\\ada\\.cspace", "login-task.xml"), "cspace"]);
  expect(file.text).toContain("<LogonTrigger><UserId>SHOP\\ada</UserId></LogonTrigger>");
  expect(file.text).toContain("<RunLevel>LeastPrivilege</RunLevel>");
  expect(file.text).toContain("<Command>C:\\Program Files\\nodejs\\node.exe</Command>");
  expect(file.text).toContain("<Arguments>&quot;C:\\x y\\\\&quot; &quot;say \\&quot;hi\\&quot;&quot;</Arguments>");
});
