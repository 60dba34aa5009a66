import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Plan } from "@cspace/plan";
import { describe, expect, test } from "vitest";
import { createSandbox, until } from "./harness.ts";
import { dev, open, type UpDocument, useHostMachine } from "./host-machine.ts";

describe("after a start of the machine", () => {
  const machine = useHostMachine();
  const die = async (): Promise<void> => {
    process.kill((await machine.readDaemon())?.pid ?? 0, "SIGKILL");
    await until(5_000, async () => (await machine.readDaemon()) === undefined);
  };
  const login = async (): Promise<string> => {
    const run = machine.start(machine.root, "daemon", "--at-login");
    expect(await run.ended).toBe(0);
    return run.text.err;
  };
  const instances = async (): Promise<string[]> =>
    (await machine.readDaemon())?.instances?.map((one) => (one as { record: { instance: string } }).record.instance) ??
    [];

  test("processes that nobody stopped come back under their URLs; others do not", async () => {
    const folder = machine.project("shop", dev);
    const other = machine.project("shop-2", dev);
    const gone = machine.project("gone", dev);
    const { instance } = await machine.json<UpDocument>(folder, "up", "mercury");
    await machine.json(other, "up", "venus");
    await machine.json(other, "stop");
    await machine.json(gone, "up", "pluto");
    await die();
    rmSync(gone, { recursive: true });
    const url = instance.routes[0]?.browserUrl ?? "";
    await expect(open(url)).rejects.toThrow();
    expect(await login()).toMatch(/pluto of gone is not started: .*gone is gone/);
    await until(10_000, async () => (await open(url)).startsWith("dev mercury"));
    expect(await instances()).toEqual(["mercury"]);

    await machine.json(other, "up", "venus");
    await machine.json(folder, "down");
    await die();
    await login();
    expect(await instances()).toEqual(["venus"]);
    await machine.json(other, "down");
  });

  test("nothing is started where nothing ran", async () => {
    expect(await login()).toBe("");
    expect(await machine.readDaemon()).toBeUndefined();
  });
});

describe("init --at-login", () => {
  const sandbox = createSandbox();
  const nowhere = { DOCKER_HOST: "unix:///nowhere.sock" };

  test("shows what starts when somebody logs in, and no word of it without being asked", async () => {
    const home = join(sandbox.root, "user");
    const folder = sandbox.project("shop", dev);
    const run = async (...args: string[]): Promise<Plan> => {
      const shown = await sandbox.cspaceWith(
        { ...nowhere, HOME: home },
        folder,
        "init",
        "--no-trust",
        "--dry-run",
        "--json",
        ...args,
      );
      return (JSON.parse(shown.out) as { plan: Plan }).plan;
    };
    const unit = join(home, ".config/systemd/user/cspace.service");
    const { steps } = await run("--at-login");
    const step = steps.find(({ path }) => path === unit);
    expect(step?.after).toMatch(/^ExecStart=".*node" ".*bin\/cspace\.js" "daemon" "--at-login"$/m);
    expect(step?.after).toContain(`Environment="CSPACE_HOME=${sandbox.home}"`);
    expect((await run()).steps.map(({ path }) => path)).not.toContain(unit);
    expect((await run("--no-at-login")).steps.map(({ path }) => path)).not.toContain(unit);
    expect(existsSync(unit)).toBe(false);
    expect(readFileSync(join(folder, "package.json"), "utf8")).toContain("dev");
  });
});
