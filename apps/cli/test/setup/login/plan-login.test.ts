import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunCommand } from "@cspace/plan";
import { expect, onTestFinished, test } from "vitest";
import { applyLogin, type PlanLoginOptions, planLogin } from "../../../src/setup/login/plan-login.ts";

function place(more: Partial<PlanLoginOptions> = {}): PlanLoginOptions {
  const home = mkdtempSync(join(tmpdir(), "cspace-login-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
  return {
    platform: "linux",
    home,
    cspaceHome: join(home, ".cspace"),
    env: { PATH: "/usr/bin", SECRET: "no" },
    program: { node: "/usr/bin/node", script: "/opt/cspace.js" },
    ...more,
  };
}

test("it is set up once, follows the program, and is taken back", async () => {
  const options = place();
  const plan = await planLogin(true, options);
  expect(plan.steps.map(({ kind }) => kind)).toEqual([
    "directory",
    "directory",
    "directory",
    "directory",
    "file",
    "link",
  ]);
  await applyLogin(plan, {});
  const folder = join(options.home, ".config/systemd/user");
  const text = readFileSync(join(folder, "cspace.service"), "utf8");
  expect(text).toContain('Environment="PATH=/usr/bin"');
  expect(text).not.toContain("SECRET");
  expect(readlinkSync(join(folder, "default.target.wants/cspace.service"))).toBe("../cspace.service");
  expect((await planLogin(true, options)).steps).toEqual([]);
  const other = await planLogin(true, { ...options, program: { node: "/usr/bin/node", script: "/new/cspace.js" } });
  expect(other.steps).toMatchObject([{ kind: "file", before: text }]);
  await applyLogin(await planLogin(false, options), {});
  expect(readdirSync(folder)).toEqual(["default.target.wants"]);
  expect(readdirSync(join(folder, "default.target.wants"))).toEqual([]);
  expect((await planLogin(false, options)).steps).toEqual([]);
});

test("a link that leads elsewhere is led here; when a step fails, all is as it was", async () => {
  const options = place();
  await applyLogin(await planLogin(true, options), {});
  const link = join(options.home, ".config/systemd/user/default.target.wants/cspace.service");
  rmSync(link);
  symlinkSync("/elsewhere", link);
  const plan = await planLogin(true, options);
  expect(plan.steps).toMatchObject([{ kind: "link", before: "/elsewhere\n", after: "../cspace.service\n" }]);
  rmSync(link);
  await expect(applyLogin(plan, {})).rejects.toMatchObject({ code: "CSPACE_PLAN_STALE" });
  symlinkSync("/elsewhere", link);
  await applyLogin(plan, {});
  expect(readlinkSync(link)).toBe("../cspace.service");
});

const hasVerify = spawnSync("systemd-analyze", ["--version"]).error === undefined;

test.skipIf(!hasVerify)("systemd itself finds no fault with the unit (needs systemd-analyze)", async () => {
  const options = place({ program: { node: process.execPath, script: import.meta.filename } });
  await applyLogin(await planLogin(true, options), {});
  const unit = join(options.home, ".config/systemd/user/cspace.service");
  const env = { ...process.env, XDG_RUNTIME_DIR: options.home };
  const out = execFileSync("systemd-analyze", ["verify", "--user", unit], { env, encoding: "utf8", stdio: "pipe" });
  expect(out).toBe("");
});

test("Windows: the task is made from the file, and removed by its name", async () => {
  const asked: string[] = [];
  let isScheduled = false;
  const run: RunCommand = async (file, args) => {
    asked.push([file, ...args].join(" "));
    if (args[0] === "/Query") return { exitCode: isScheduled ? 0 : 1, stdout: "", stderr: "" };
    isScheduled = args[0] === "/Create";
    return { exitCode: 0, stdout: "", stderr: "" };
  };
  const options = place({ platform: "win32", run });
  const path = join(options.cspaceHome, "login-task.xml");
  const plan = await planLogin(true, options);
  await applyLogin(plan, { run });
  expect(asked.at(-1)).toBe(`schtasks.exe /Create /F /TN cspace /XML ${path}`);
  expect((await planLogin(true, options)).steps).toEqual([]);
  await applyLogin(await planLogin(false, options), { run });
  expect(asked.at(-1)).toBe("schtasks.exe /Delete /F /TN cspace");
  expect(existsSync(path)).toBe(false);
});

test("a task that is refused leaves nothing", async () => {
  const run: RunCommand = async (_, args) => ({
    exitCode: args[0] === "/Query" ? 1 : 5,
    stdout: "Access is denied.",
    stderr: "",
  });
  const options = place({ platform: "win32", run });
  await expect(applyLogin(await planLogin(true, options), { run })).rejects.toMatchObject({
    code: "CSPACE_PLAN_FAILED",
    message: expect.stringContaining("Access is denied."),
  });
  expect(existsSync(join(options.cspaceHome, "login-task.xml"))).toBe(false);
});
