import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { until } from "./harness.ts";
import { dev, type Instance, open, type Route, server, type UpDocument, useHostMachine } from "./host-machine.ts";
import { isAlive, signalGroup } from "./processes.ts";

const machine = useHostMachine();
const { json, project, readDaemon, start } = machine;

async function startAndEnd(cwd: string, ...args: string[]): Promise<{ out: string; err: string }> {
  const run = start(cwd, ...args);
  expect(await run.ended).toBe(0);
  return run.text;
}

describe("a project that has a dev script", () => {
  test("is served under its hostname without Docker, again and in a second copy, and leaves nothing", async () => {
    const shop = project("shop", dev);
    const { instance, steps } = await json<UpDocument>(shop, "up");
    expect(instance).toMatchObject({ instance: "mercury", engine: "gateway", state: "running" });
    expect(steps.map(({ name }) => name)).toEqual(["proxy", "start", "wait", "verify"]);
    const [route] = instance.routes;
    expect(route).toMatchObject({ label: "dev", health: "up", target: { process: "dev" } });
    expect(new URL(route?.browserUrl ?? "").hostname).toBe("dev.mercury.shop.cspace.localhost");
    const answer = await open(route?.browserUrl ?? null);
    expect(answer).toMatch(/^dev mercury dev\.mercury\.shop\.cspace\.localhost/);
    expect((await open(route?.localUrl ?? null)).split(" ").at(-1)).toBe(answer.split(" ").at(-1));
    const { ports } = await json<{ ports: unknown[] }>(shop, "ports");
    const localAddress = new URL(route?.localUrl ?? "").host;
    expect(ports).toEqual([expect.objectContaining({ label: "dev", service: "dev", protocol: "tcp", localAddress })]);

    const again = await json<UpDocument>(shop, "up");
    expect(again.steps.filter(({ name, status }) => name !== "verify" && status === "done")).toEqual([]);
    expect(await open(again.instance.routes[0]?.browserUrl ?? null)).toBe(answer);

    const second = await json<UpDocument>(shop, "up", "--new");
    expect(second.instance.instance).toBe("venus");
    expect(await open(second.instance.routes[0]?.browserUrl ?? null)).toMatch(/^dev venus/);
    const { instances } = await json<{ instances: Instance[] }>(shop, "list");
    expect(instances.map((one) => one.instance)).toEqual(["mercury", "venus"]);

    const pids = [answer, await open(second.instance.routes[0]?.browserUrl ?? null)].map((text) =>
      Number(text.split(" ").at(-1)),
    );
    expect(pids.every(isAlive)).toBe(true);
    await json(shop, "down", "--all");
    expect(pids.some(isAlive)).toBe(false);
    await until(10_000, async () => (await readDaemon()) === undefined);
    expect(readdirSync(join(machine.root, "home/run")).filter((name) => name.endsWith(".sock"))).toEqual([]);
  });

  test("a dry run tells what would start and end, and does nothing", async () => {
    const shop = project("shop", dev);
    const step = { kind: "process", path: "process:shop/mercury/dev", needsRoot: false };
    const command = "npm run dev\n";
    expect(await json(shop, "up", "--dry-run")).toMatchObject({
      plan: { steps: [{ ...step, before: null, after: command }] },
    });
    expect(existsSync(join(machine.root, "home"))).toBe(false);
    await json(shop, "up");
    expect(await json(shop, "up", "--dry-run")).toMatchObject({ plan: { steps: [] } });
    expect(await json(shop, "down", "--dry-run")).toMatchObject({
      plan: { steps: [{ ...step, before: command, after: null }] },
    });
    expect((await json<{ instances: Instance[] }>(shop, "list")).instances[0]?.state).toBe("running");
  });

  test("is not said to be gone while the daemon does not answer", async () => {
    const shop = project("shop", dev);
    await json(shop, "up");
    const pid = (await readDaemon())?.pid as number;
    process.kill(pid, "SIGSTOP");
    try {
      for (const command of ["url", "open", "ports", "env", "list"]) {
        const run = start(shop, command);
        expect([command, await run.ended, run.text.out]).toEqual([command, 1, ""]);
        expect(run.text.err).toContain("(CSPACE_DAEMON_SILENT)");
      }
    } finally {
      process.kill(pid, "SIGCONT");
    }
  });

  test("prints what it printed", async () => {
    const shop = project("shop", dev);
    await json(shop, "up");
    const logs = start(shop, "logs", "dev", "--tail", "1");
    expect(await logs.ended).toBe(0);
    expect(logs.text.out).toBe("dev | dev listens\n");
  });
});

test("a process that ends is a failure, with its last lines", async () => {
  const shop = project("shop", {
    ".cspace.json": '{ "processes": { "web": { "command": "echo no database; exit 3" } } }',
  });
  const run = start(shop, "up", "--json");
  expect(await run.ended).toBe(1);
  const { error } = JSON.parse(run.text.out) as { error: { code: string; message: string; hint: string } };
  expect(error.code).toBe("CSPACE_PROCESS_EXITED");
  expect(error.message).toContain("no database");
  expect(error.hint).toContain("cspace logs web");
});

test("settings that change start a process anew, and others stay", async () => {
  const settings = (word: string): string =>
    JSON.stringify({ processes: { web: { command: `node server.mjs ${word}` }, api: { command: "node server.mjs" } } });
  const shop = project("shop", { ".cspace.json": settings("a"), "server.mjs": server("web") });
  const ask = async (): Promise<string[]> => {
    const { instance } = await json<UpDocument>(shop, "up");
    return Promise.all(instance.routes.map(async ({ browserUrl }) => (await open(browserUrl)).split(" ").at(-1) ?? ""));
  };
  const [api, web] = await ask();
  writeFileSync(join(shop, ".cspace.json"), settings("b"));
  const [sameApi, otherWeb] = await ask();
  expect(sameApi).toBe(api);
  expect(otherWeb).not.toBe(web);
});

test("settings that change start a project's only process anew", async () => {
  const settings = (word: string): string =>
    JSON.stringify({ processes: { web: { command: `node server.mjs ${word}` } } });
  const shop = project("shop", { ".cspace.json": settings("a"), "server.mjs": server("web") });
  const { instance } = await json<UpDocument>(shop, "up");
  const before = await open(instance.routes[0]?.browserUrl ?? "");
  writeFileSync(join(shop, ".cspace.json"), settings("b"));
  const again = await json<UpDocument>(shop, "up");
  const after = await open(again.instance.routes[0]?.browserUrl ?? "");
  expect(after).toMatch(/^web /);
  expect(after).not.toBe(before);
});

test("one that has ended is down, whoever takes its port, and comes back on another", async () => {
  const shop = project("shop", {
    ".cspace.json": '{ "processes": { "web": { "command": "exec node server.mjs" } } }',
    "server.mjs": server("web"),
  });
  const { instance } = await json<UpDocument>(shop, "up");
  const link = instance.routes[0]?.browserUrl ?? "";
  const port = instance.routes[0]?.target.port as number;
  process.kill(Number((await open(link)).split(" ").at(-1)), "SIGKILL");
  await until(5000, async () => (await open(link)).includes("web was ended by SIGKILL"));
  const stranger = createServer((_, response) => response.end("a stranger"));
  await new Promise<void>((resolve) => stranger.listen(port, "127.0.0.1", resolve));
  onTestFinished(() => void stranger.close());
  expect(await open(link)).toContain("web was ended by SIGKILL");
  const list = start(shop, "list");
  expect(await list.ended).toBe(0);
  expect(list.text.out).toMatch(/stopped .*\n.*down {2}web was ended by SIGKILL/);
  const again = await json<UpDocument>(shop, "up");
  expect(again.instance.routes[0]?.target.port).not.toBe(port);
  expect(await open(link)).toMatch(/^web mercury/);
});

test("what listens nowhere and what has ended well are no failure", async () => {
  const shop = project("shop", {
    ".cspace.json": JSON.stringify({
      processes: {
        web: { command: "node server.mjs" },
        watch: { command: "exec sleep 60" },
        generate: { command: "echo generated" },
      },
    }),
    "server.mjs": server("web"),
  });
  const run = start(shop, "up", "--wait", "3");
  expect(await run.ended).toBe(0);
  expect(run.text.err).toContain("watch listens on no port after 3 s, and runs on");
  expect(run.text.err).toContain("generate has ended, with code 0");
});

test("the text of a script that changes starts its process anew", async () => {
  const manifest = (file: string): string => JSON.stringify({ scripts: { dev: `node ${file}` } });
  const files = { "package.json": manifest("a.mjs"), "a.mjs": server("a"), "b.mjs": server("b") };
  const shop = project("shop", files);
  const { instance } = await json<UpDocument>(shop, "up");
  expect(await open(instance.routes[0]?.browserUrl ?? "")).toMatch(/^a /);
  writeFileSync(join(shop, "package.json"), manifest("b.mjs"));
  await json(shop, "up");
  expect(await open(instance.routes[0]?.browserUrl ?? "")).toMatch(/^b /);
});

test("a project that has nothing to start is told what would be", async () => {
  const run = start(project("shop", { "package.json": '{ "scripts": { "start": "node x" } }' }), "up");
  expect(await run.ended).toBe(2);
  expect(run.text.err).toContain("has nothing to start");
});

describe("cspace run", () => {
  const listed = async (cwd: string): Promise<readonly Route[]> =>
    (await json<{ instances: Instance[] }>(cwd, "list")).instances.flatMap(({ routes }) => routes);

  test("serves a command while it runs, passes signals on, and ends with its code", async () => {
    const shop = project("shop", { "package.json": "{}", "server.mjs": server("run") });
    const run = start(shop, "run", "docs", "--", "sh", "-c", "node server.mjs; exit 7");
    await until(10_000, async () => (await listed(shop)).some(({ health, via }) => health === "up" && via !== "none"));
    const [route] = await listed(shop);
    expect(route?.label).toBe("docs");
    const answer = await open(route?.browserUrl ?? null);
    expect(answer).toMatch(/^run mercury docs\.mercury\.shop/);
    process.kill(Number(answer.split(" ").at(-1)), "SIGTERM");
    expect(await run.ended).toBe(7);
  });

  test("the route is gone with its holder, also when that is killed", async () => {
    const shop = project("shop", { "package.json": "{}", "server.mjs": server("run") });
    const other = start(shop, "run", "other", "--", "sleep", "60");
    const run = start(shop, "run", "docs", "--", "node", "server.mjs");
    await until(10_000, async () => (await listed(shop)).length === 2);
    const taken = start(shop, "run", "docs", "--", "true");
    expect(await taken.ended).toBe(1);
    expect(taken.text.err).toContain("CSPACE_LABEL_TAKEN");
    signalGroup(run, "SIGKILL");
    await until(5000, async () => (await listed(shop)).length === 1);
    signalGroup(other, "SIGTERM");
    expect(await other.ended).toBe(143);
  });

  test("keeps its label: `up` refuses to start a process of the same, and nobody's process ends", async () => {
    const other = await json<UpDocument>(project("other", dev), "up");
    const shop = project("shop", dev);
    const run = start(shop, "run", "dev", "--", "node", "server.mjs");
    await until(10_000, async () => (await listed(shop)).some(({ health }) => health === "up"));
    const up = start(shop, "up");
    expect(await up.ended).toBe(1);
    expect(up.text.err).toMatch(/dev of mercury is served by a command: node server\.mjs \(CSPACE_LABEL_TAKEN\)/);
    expect(await open(other.instance.routes[0]?.browserUrl ?? "")).toMatch(/^dev mercury/);
    expect((await listed(shop)).map(({ health }) => health)).toEqual(["up"]);
    signalGroup(run, "SIGTERM");
    await run.ended;
    await json(shop, "up");
  });

  test("follows a command to the port and the address that it takes", async () => {
    const odd = `require("http").createServer((request, response) => response.end("odd")).listen(0, "::1")`;
    const shop = project("shop", { "package.json": "{}" });
    start(shop, "run", "odd", "--", process.execPath, "-e", odd);
    await until(15_000, async () => {
      const [route] = await listed(shop);
      return (await open(route?.browserUrl ?? null).catch(() => "")) === "odd";
    });
  });
});

describe("the daemon", () => {
  test("many that start one instance at once get one process", async () => {
    const shop = project("shop", dev);
    await Promise.all([1, 2, 3, 4].map(() => json<UpDocument>(shop, "up", "mercury")));
    const { out } = await startAndEnd(shop, "logs", "dev", "--tail", "1000");
    expect(out.match(/dev listens/g)).toEqual(["dev listens"]);
  });

  test("many that start it at once get one", async () => {
    const shops = [1, 2, 3, 4].map((number) => project(`shop${number}`, dev));
    const documents = await Promise.all(shops.map((shop) => json<UpDocument>(shop, "up")));
    const answers = await Promise.all(documents.map(({ instance }) => open(instance.routes[0]?.browserUrl ?? null)));
    expect(new Set(answers.map((answer) => answer.split(" ")[2])).size).toBe(4);
    const { instances } = await json<{ instances: Instance[] }>(shops[0] as string, "list", "--all");
    expect(instances).toHaveLength(4);
  });

  test("a socket that a killed one left behind is in nobody's way", async () => {
    const shop = project("shop", { "package.json": "{}" });
    const run = start(shop, "run", "docs", "--", "sleep", "60");
    await until(10_000, async () => (await readDaemon()) !== undefined && run.text.err.includes("http://"));
    const before = await readDaemon();
    // First the one who would start another.
    signalGroup(run, "SIGSTOP");
    process.kill(before?.pid as number, "SIGKILL");
    signalGroup(run, "SIGKILL");
    await until(5000, async () => (await readDaemon()) === undefined);
    expect(existsSync(join(machine.root, "home/run/daemon.sock"))).toBe(true);
    const other = start(shop, "run", "other", "--", "sleep", "60");
    await until(10_000, async () => other.text.err.includes("http://"));
    expect((await readDaemon())?.pid).not.toBe(before?.pid);
  });

  test("one that is killed takes its processes along", async () => {
    const shop = project("shop", dev);
    const { instance } = await json<UpDocument>(shop, "up");
    const pid = Number((await open(instance.routes[0]?.browserUrl ?? null)).split(" ").at(-1));
    process.kill((await readDaemon())?.pid as number, "SIGKILL");
    await until(5000, async () => !isAlive(pid));
    const again = await json<UpDocument>(shop, "up");
    expect(await open(again.instance.routes[0]?.browserUrl ?? null)).toMatch(/^dev mercury/);
  });

  test("ends by itself when nothing is left, and not before", async () => {
    const shop = project("shop", { "package.json": "{}" });
    const run = start(shop, "run", "docs", "--", "sleep", "6");
    await until(10_000, async () => (await readDaemon()) !== undefined);
    await setTimeout(4000);
    expect(await readDaemon()).toBeDefined();
    await run.ended;
    await until(10_000, async () => (await readDaemon()) === undefined);
  });
});

test("nothing of a test's is left", () => {
  const all = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" });
  expect(all.split("\n").filter((line) => line.includes(machine.root))).toEqual([]);
});
