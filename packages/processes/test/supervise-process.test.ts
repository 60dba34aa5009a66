import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { findFreePort } from "@cspace/ports";
import { readLog } from "@cspace/processes";
import { describe, expect, onTestFinished, test } from "vitest";
import { thisSystem } from "../src/system.ts";
import { folderOf, isAlive, node, request, serve, start, until } from "./start.ts";

const onPort = node(serve("process.env.PORT, process.env.HOST"));

describe("the port", () => {
  test("a server that honours PORT and HOST is up where it was told to be", async () => {
    const dev = start({ command: onPort });
    expect(dev.state).toBe("starting");
    const address = await dev.ready();
    expect(address).toEqual({ port: dev.port, host: "127.0.0.1", family: 4 });
    expect((await request(address)).text).toBe("hello");
    expect(dev.states).toEqual(["starting", "up"]);
    expect(isAlive(dev.pid ?? 0)).toBe(true);
    await dev.stop();
    expect([dev.state, dev.pid, dev.port]).toEqual(["stopped", null, null]);
  });

  test("one that chooses its own is found there", async () => {
    const dev = start({
      command: node(`${serve("0, '127.0.0.1', function () { console.log(this.address().port) }")}`),
    });
    const { port } = await dev.ready();
    expect(dev.lastLines(1)).toEqual([String(port)]);
  });

  test("one on ::1 alone is found, with the address to dial", async () => {
    const dev = start({ command: node(serve("0, '::1'")) });
    const address = await dev.ready();
    expect(address).toMatchObject({ host: "::1", family: 6 });
    expect((await request(address)).text).toBe("hello");
  });

  test("one on all addresses is dialled by IPv4", async () => {
    const dev = start({ command: node(serve("process.env.PORT")) });
    expect(await dev.ready()).toMatchObject({ host: "127.0.0.1", family: 4 });
  });

  test("the port that was given goes before another that came first", async () => {
    const code = `${serve("0, '127.0.0.1'", "other")}; setTimeout(() => ${serve("process.env.PORT, '127.0.0.1'", "given")}, 400)`;
    const address = await start({ command: node(code) }).ready();
    expect((await request(address)).text).toBe("given");
  });

  test("of several others, one that speaks HTTP is taken", async () => {
    const mute = `require("net").createServer((s) => s.on("error", () => {})).listen(Math.min(a, b), "127.0.0.1")`;
    const both = `const [a, b] = [${await findFreePort()}, ${await findFreePort()}]`;
    const dev = start(
      { command: node(`${both}; ${mute}; ${serve("Math.max(a, b), '127.0.0.1'")}`) },
      { settleMs: 100 },
    );
    expect((await request(await dev.ready())).text).toBe("hello");
  });

  test("a grandchild in a group of its own is found too", async () => {
    const child = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(serve("0, '127.0.0.1'"))}], { detached: true, stdio: "ignore" })`;
    const dev = start({
      command: node(`const c = ${child}; process.on("SIGTERM", () => { c.kill("SIGKILL"); process.exit() })`),
    });
    expect((await request(await dev.ready())).text).toBe("hello");
  });

  test.each([9229, 24_678])(
    "a port of a helper, such as %i, is the last that it is thought to be reached at",
    async (helper) => {
      const listen = (port: number): string => serve(`${port}, "127.0.0.1"`, String(port));
      const both = start({ command: node(`${listen(helper)}; ${listen(0)}`) }, { settleMs: 0 });
      expect((await request(await both.ready())).text).toBe("0");
      await both.stop();
      expect(await start({ command: node(listen(helper)) }, { settleMs: 0 }).ready()).toMatchObject({ port: helper });
    },
  );

  test("two at once get different ports", async () => {
    const [a, b] = [start({ command: onPort }), start({ command: onPort })];
    const [one, two] = await Promise.all([a.ready(), b.ready()]);
    expect(one.port).not.toBe(two.port);
  });

  test("one that moves is found again when it is asked for", async () => {
    const moves = `const s = require("http").createServer(); s.listen(process.env.PORT, "127.0.0.1");
      process.on("SIGUSR2", () => s.close(() => s.listen(0, "127.0.0.1", () => console.log("moved"))))`;
    const dev = start({ command: `exec ${node(moves)}` });
    const before = await dev.ready();
    process.kill(dev.pid ?? 0, "SIGUSR2");
    await until(() => dev.lastLines(1)[0] === "moved");
    await dev.refresh();
    expect(dev.state).toBe("up");
    expect(dev.port).not.toBe(before.port);
  });

  test("a port of its own that is taken is an error with the holder's name", async () => {
    const holder = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void holder.close());
    await new Promise((resolve) => holder.once("listening", resolve));
    const { port } = holder.address() as { port: number };
    const dev = start({ command: onPort, port });
    await expect(dev.ready()).rejects.toMatchObject({
      code: "CSPACE_PROCESS_PORT_TAKEN",
      message: expect.stringMatching(new RegExp(`^port ${port} of dev is taken by .+ \\(pid ${process.pid}\\)$`)),
    });
    expect(dev.state).toBe("failed");
  });

  test("a port of its own that is free is the one", async () => {
    const port = await findFreePort();
    expect(await start({ command: onPort, port }).ready()).toMatchObject({ port });
  });
});

describe("ends", () => {
  test.each([
    ["pnpm dev", "install pnpm: corepack enable pnpm, or: npm install --global pnpm"],
    ["echo 'sh: line 1: yarn: command not found'; exit 127", /^install yarn: corepack enable yarn/],
    ["cd . && bun dev", "install bun: npm install --global bun"],
    ["vite", "read all of it: cspace logs dev"],
    ["echo 'pnpm: not found'; exit 1", "read all of it: cspace logs dev"],
    ["echo 'pnpm: not found, so to say'; exit 127", "read all of it: cspace logs dev"],
  ])("for want of a package manager, the hint says how to have it: %s", async (command, hint) => {
    // Where none of them is.
    const dev = start({ command }, { env: { PATH: folderOf() } });
    const error = await dev.ready().catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: "CSPACE_PROCESS_EXITED", hint: expect.stringMatching(hint) });
  });

  test("one that ends at once is an error with its last lines", async () => {
    const dev = start({ command: "echo one; echo two >&2; printf 'no end'; exit 3" });
    await expect(dev.ready()).rejects.toMatchObject({
      code: "CSPACE_PROCESS_EXITED",
      message: expect.stringMatching(
        /^dev ended with code 3 before it listened on a port\n(?: {2}(?:one|two|no end)\n?){3}$/,
      ),
      hint: "read all of it: cspace logs dev",
    });
    expect(dev.state).toBe("failed");
    expect(dev.exit).toEqual({ code: 3, signal: null });
  });

  test("one that has done its work has exited, and is no failure", async () => {
    const dev = start({ command: "true" });
    await expect(dev.ready()).rejects.toMatchObject({
      message: "dev ended with code 0 before it listened on a port, without a word",
    });
    expect(dev.state).toBe("exited");
  });

  test("one that is killed has failed, and says by what", async () => {
    const dev = start({ command: `exec ${onPort}` });
    await dev.ready();
    process.kill(dev.pid ?? 0, "SIGKILL");
    await until(() => dev.state === "failed");
    expect(dev.exit).toEqual({ code: null, signal: "SIGKILL" });
    expect(dev.error?.message).toBe("dev was ended by SIGKILL, without a word");
  });

  test("one that listens nowhere is left running", async () => {
    const dev = start({ command: "echo busy; exec sleep 60" }, { readyMs: 200 });
    await expect(dev.ready()).rejects.toMatchObject({
      code: "CSPACE_PROCESS_SILENT",
      message: "dev listens on no port after 0.2 s; it is left running\n  busy",
    });
    expect([dev.state, isAlive(dev.pid ?? 0)]).toEqual(["running", true]);
  });

  test("one that listens late is up all the same", async () => {
    const late = `setTimeout(() => ${serve("0, '127.0.0.1'")}, 1_000)`;
    const dev = start({ command: node(late) }, { readyMs: 200, settleMs: 100 });
    await expect(dev.ready()).rejects.toMatchObject({ code: "CSPACE_PROCESS_SILENT" });
    await until(() => dev.state === "up");
    expect([dev.error, (await request(await dev.ready())).text]).toEqual([null, "hello"]);
  });

  test("a directory that is not there", async () => {
    const dev = start({ command: "true", cwd: "/nowhere/at/all" });
    await expect(dev.ready()).rejects.toMatchObject({
      code: "CSPACE_PROCESS_START_FAILED",
      message: "cannot start true: /nowhere/at/all is no directory",
    });
    expect([dev.state, dev.exit]).toEqual(["failed", null]);
  });

  test("a shell that ends leaves its children up, and they end with stop", async () => {
    const folder = folderOf();
    const dev = start({ command: `${onPort} & echo $! > pid; exit 0`, cwd: folder });
    const address = await dev.ready();
    const shell = dev.pid ?? 0;
    await until(() => !isAlive(shell) || readFileSync(`/proc/${shell}/stat`, "utf8").includes(") Z "));
    expect(dev.state).toBe("up");
    expect((await request(address)).text).toBe("hello");
    const child = Number(readFileSync(join(folder, "pid"), "utf8"));
    expect(isAlive(child)).toBe(true);
    await dev.stop();
    expect(isGone(child)).toBe(true);
  });

  test("one that ends takes no other with it", async () => {
    const [first, second] = [start({ command: `exec ${onPort}` }), start({ command: onPort })];
    await Promise.all([first.ready(), second.ready()]);
    process.kill(first.pid ?? 0, "SIGKILL");
    await until(() => first.state === "failed");
    expect(second.state).toBe("up");
  });
});

describe("stop", () => {
  test("a tree that ignores SIGTERM is gone after the grace period, whoever its parents are now", async () => {
    const folder = folderOf();
    const stubborn = `process.on("SIGTERM", () => {}); require("fs").appendFileSync("pids", process.pid + "\\n");`;
    const grandchild = `${stubborn} ${serve("process.env.PORT, '127.0.0.1'")}`;
    const spawn = (code: string): string =>
      `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(code)}], { stdio: "inherit" });`;
    const orphan = `${stubborn} setInterval(() => {}, 1000)`;
    const leaves = `${spawn(orphan)} setTimeout(() => process.exit(), 300)`;
    const dev = start({ command: node(`${stubborn} ${spawn(grandchild)} ${spawn(leaves)}`), cwd: folder });
    await dev.ready();
    const pids = (): number[] => readFileSync(join(folder, "pids"), "utf8").trim().split("\n").map(Number);
    await until(() => pids().length === 3);
    await new Promise((resolve) => setTimeout(resolve, 400));
    const begin = performance.now();
    await dev.stop();
    expect(performance.now() - begin).toBeGreaterThan(400);
    expect(pids().filter((pid) => !isGone(pid))).toEqual([]);
  });

  test("one that ends when it is told to is not waited for any longer, and has had its say", async () => {
    const folder = folderOf();
    const code = `process.on("SIGTERM", () => { require("fs").writeFileSync("bye", ""); process.exit(0) }); ${serve("process.env.PORT")}`;
    const dev = start({ command: node(code), cwd: folder }, { graceMs: 20_000 });
    await dev.ready();
    await Promise.all([dev.stop(), dev.stop()]);
    expect(existsSync(join(folder, "bye"))).toBe(true);
    expect(dev.states).toEqual(["starting", "up", "stopping", "stopped"]);
  });

  test("an aborted signal stops it, and who waits is told", async () => {
    const controller = new AbortController();
    const dev = start({ command: "exec sleep 60" }, { signal: controller.signal });
    const ready = dev.ready();
    ready.catch(() => undefined);
    await until(() => dev.pid !== null);
    const pid = dev.pid ?? 0;
    controller.abort();
    await expect(ready).rejects.toMatchObject({ code: "CSPACE_PROCESS_EXITED", message: /stopped before it listened/ });
    await until(() => dev.state === "stopped");
    expect(isGone(pid)).toBe(true);
  });

  test("one that is stopped before it began never begins", async () => {
    const folder = folderOf();
    const dev = start({ command: "touch begun; exec sleep 60", cwd: folder }, { signal: AbortSignal.abort() });
    await until(() => dev.state === "stopped");
    expect(existsSync(join(folder, "begun"))).toBe(false);
  });

  test("waiting ends with its own signal", async () => {
    const dev = start({ command: "exec sleep 60" });
    await expect(dev.ready({ signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ name: "TimeoutError" });
    expect(dev.state).toBe("starting");
  });

  test("no timer, no socket and no stream is left", async () => {
    const before = process.getActiveResourcesInfo();
    const folder = folderOf();
    const dev = start({ command: onPort }, { log: { folder } });
    await dev.ready();
    await dev.stop();
    const files = readdirSync("/proc/self/fd").map((fd) => linkOf(`/proc/self/fd/${fd}`));
    expect(files.filter((file) => file.startsWith(folder))).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const count = (names: readonly string[]): number =>
      names.filter((name) => !/^Timeout$|FS|Immediate/.test(name)).length;
    expect(count(process.getActiveResourcesInfo())).toBeLessThanOrEqual(count(before));
  });
});

test("a stop that failed can be tried again", async () => {
  let refuse = true;
  const kill: typeof thisSystem.kill = (pid, signal) => {
    if (refuse) throw Object.assign(new Error("not permitted"), { code: "EINVAL" });
    thisSystem.kill(pid, signal);
  };
  const dev = start({ command: "exec sleep 60" }, { system: { ...thisSystem, kill } });
  await until(() => dev.pid !== null);
  await expect(dev.stop()).rejects.toMatchObject({ code: "EINVAL" });
  expect(dev.state).toBe("stopping");
  refuse = false;
  await dev.stop();
  expect(dev.state).toBe("stopped");
});

describe("starts again", () => {
  const quick = { initialMs: 20, maxMs: 80, steadyMs: 60_000, loopAfter: 3 };

  test("a crash loop is a state, and its starts get rarer", async () => {
    const folder = folderOf();
    const dev = start(
      { command: "date +%s%N >> starts; exit 1", cwd: folder, restart: "on-failure" },
      { backoff: { ...quick, initialMs: 50, maxMs: 400 } },
    );
    await expect(dev.ready()).rejects.toMatchObject({ code: "CSPACE_PROCESS_EXITED" });
    expect(dev.state).toBe("crash-loop");
    const starts = (): string[] => readFileSync(join(folder, "starts"), "utf8").trim().split("\n");
    await until(() => starts().length >= 6);
    await dev.stop();
    const times = starts().map((line) => Number(line) / 1e6);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    [50, 100, 200, 400, 400].forEach((ms, index) => void expect(gaps[index]).toBeGreaterThanOrEqual(ms));
    expect(dev.states.slice(0, 6)).toEqual([
      "starting",
      "restarting",
      "starting",
      "restarting",
      "starting",
      "crash-loop",
    ]);
  });

  test("an error has the lines of its own run alone", async () => {
    const command = "test -e again || { touch again; echo first; exit 1; }; exit 2";
    const dev = start({ command, restart: "on-failure" }, { backoff: { ...quick, loopAfter: 2 } });
    await expect(dev.ready()).rejects.toMatchObject({
      message: "dev ended with code 2 before it listened on a port, without a word",
    });
    expect(dev.lastLines(5)).toEqual(["first"]);
  });

  test("it gets the same port again", async () => {
    const dev = start({ command: `exec ${onPort}`, restart: "on-failure" }, { backoff: quick });
    const { port } = await dev.ready();
    const first = dev.pid;
    process.kill(first ?? 0, "SIGKILL");
    await until(() => dev.state === "up" && dev.pid !== first);
    expect([dev.port, dev.restarts, dev.error]).toEqual([port, 1, null]);
  });

  test.each([
    ["always", "exit 0", true],
    ["on-failure", "exit 0", false],
    ["on-failure", "exit 1", true],
    ["no", "exit 1", false],
  ] as const)("%s, after %s: %s", async (restart, command, again) => {
    const dev = start({ command, restart }, { backoff: { ...quick, initialMs: 10_000, maxMs: 10_000 } });
    await until(() => ["restarting", "exited", "failed"].includes(dev.state));
    expect(dev.state === "restarting").toBe(again);
  });

  test("stop ends the wait for the next start", async () => {
    const dev = start(
      { command: "exit 1", restart: "always" },
      { backoff: { ...quick, initialMs: 60_000, maxMs: 60_000 } },
    );
    await until(() => dev.state === "restarting");
    await dev.stop();
    expect(dev.state).toBe("stopped");
  });
});

test("what it writes is in its log, with what was done with it", async () => {
  const folder = folderOf();
  const dev = start({ name: "docs", command: "echo out; sleep 0.1; echo err >&2" }, { log: { folder } });
  await until(() => dev.state === "exited");
  const lines = [];
  for await (const { stream, text } of readLog(folder, "docs")) lines.push(`${stream} ${text}`);
  expect(lines).toEqual(["note $ echo out; sleep 0.1; echo err >&2", "out out", "err err", "note ended with code 0"]);
});

test("a log that cannot be written stops nobody", async () => {
  const folder = folderOf({ file: "" });
  const dev = start({ command: onPort }, { log: { folder: join(folder, "file", "logs") } });
  await dev.ready();
  expect(dev.logFailure).toMatchObject({ code: "ENOTDIR" });
});

test("its environment is the inherited one, its own, and PORT and HOST whatever either says", async () => {
  const dev = start(
    { command: 'echo "$A $B $HOST $PORT"; exit 1', env: { B: "own", PORT: "1" }, host: "127.0.0.1" },
    { env: { ...process.env, A: "inherited", B: "inherited", HOST: "example.org" } },
  );
  await until(() => dev.state === "failed");
  expect(dev.lastLines(1)[0]).toMatch(/^inherited own 127\.0\.0\.1 \d{4,5}$/);
});

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

/** Ended, if perhaps nobody has asked for its exit code yet. */
function isGone(pid: number): boolean {
  if (!isAlive(pid)) return true;
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return true;
    throw error;
  }
}
