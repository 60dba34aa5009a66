import { chmodSync, existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { homePaths } from "@cspace/compose";
import { expect, onTestFinished, test } from "vitest";
import { daemonSocket } from "../../src/socket/daemon-socket.ts";
import { findSocket } from "../../src/socket/find-socket.ts";

const at = (home: string) => homePaths({ env: { CSPACE_HOME: home } });

test("it is in the home, unless no socket can have so long a path", () => {
  expect(daemonSocket(at("/home/ada/.cspace"), { platform: "linux", uid: 7 })).toBe(
    "/home/ada/.cspace/run/daemon.sock",
  );
  const long = `/home/${"a".repeat(100)}`;
  const short = daemonSocket(at(long), { platform: "linux", uid: 7 });
  expect(short).toMatch(/^\/tmp\/cspace-7\/cspace-[0-9a-f]{16}\.sock$/);
  expect(daemonSocket(at(`${long}b`), { platform: "linux", uid: 7 })).not.toBe(short);
  expect(daemonSocket(at("C:\\Users\\ada"), { platform: "win32", uid: 0 })).toMatch(/^\\\\\.\\pipe\\cspace-/);
});

test("a short one is nobody else's", async () => {
  const env = { CSPACE_HOME: join("/tmp", "a".repeat(120)) };
  const folder = `/tmp/cspace-${process.getuid?.()}`;
  await expect(findSocket({ env, platform: "linux" })).resolves.toMatch(`${folder}/`);
  const existed = existsSync(folder);
  if (!existed) mkdirSync(folder, { mode: 0o700 });
  const mode = statSync(folder).mode & 0o777;
  onTestFinished(() => {
    if (existed) chmodSync(folder, mode);
    else rmSync(folder, { recursive: true });
  });
  chmodSync(folder, 0o755);
  await expect(findSocket({ env, platform: "linux" })).rejects.toMatchObject({ code: "CSPACE_DAEMON_FAILED" });
});
