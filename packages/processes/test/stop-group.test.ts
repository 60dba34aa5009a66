import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { stopGroup } from "../src/stop-group.ts";
import { type ProcessSystem, thisSystem } from "../src/system.ts";
import { folderOf, isAlive, start, until } from "./start.ts";

/** The line of a process in /proc, with the time at which it was started. */
const stat = (pid: number, parent: number, group: number, start: number): string =>
  `${pid} (node) S ${parent} ${group} ${group} ${"0 ".repeat(15)}${start} 0`;

/** Gives a process a pipe to write to. */
function addPipe({ procDir }: ProcessSystem, pid: number): void {
  mkdirSync(join(procDir, `${pid}/fd`));
  symlinkSync("pipe:[7]", join(procDir, `${pid}/fd/1`));
}

/** A machine with these processes, on which signals do what they are told to do. */
function machine(stats: Readonly<Record<string, string>>, onSignal: (pid: number, signal: string) => void = () => {}) {
  const signals: string[] = [];
  const files = Object.entries(stats).map(([pid, text]) => [`${pid}/stat`, text]);
  const system: ProcessSystem = {
    ...thisSystem,
    platform: "linux",
    procDir: folderOf(Object.fromEntries(files)),
    kill: (pid, signal) => {
      signals.push(`${signal} ${pid}`);
      onSignal(pid, String(signal));
    },
  };
  return { system, signals };
}

test("what survives SIGKILL is an error that names it", async () => {
  const { system, signals } = machine({ 40: "40 (disk) D 1 40 40 0" });
  await expect(stopGroup(40, system, { graceMs: 20, killMs: 50 })).rejects.toMatchObject({
    code: "CSPACE_PROCESS_STUCK",
    message: "process 40 cannot be ended",
    hint: "see what it waits for: ps -o pid,stat,wchan,args -p 40",
  });
  expect([...new Set(signals)]).toEqual(["SIGTERM -40", "SIGKILL -40"]);
});

test("groups of one session are all told, what left it and has no streams is not", async () => {
  const { system, signals } = machine({
    40: "40 (sh) S 1 40 40 0",
    41: "41 (job) S 40 41 40 0",
    42: "42 (browser) S 41 42 42 0",
    43: "43 (other) S 1 43 43 0",
  });
  await stopGroup(40, system, { graceMs: 1, killMs: 50 }).catch(() => undefined);
  expect(new Set(signals)).toEqual(new Set(["SIGTERM -40", "SIGTERM -41", "SIGKILL -40", "SIGKILL -41"]));
});

test("a group of which nothing lives gets no signal, for its number may be another's by now", async () => {
  const { system, signals } = machine({ 41: "41 (zombie) Z 1 40 40 0" });
  await stopGroup(40, system, { graceMs: 1, killMs: 50 });
  expect(signals).toEqual([]);
});

test("a refusal of the system to signal is no error while nothing is left", async () => {
  const { system } = machine({ 40: "40 (sh) S 1 40 40 0" }, () => {
    throw Object.assign(new Error("no such process"), { code: "ESRCH" });
  });
  await expect(stopGroup(40, system, { graceMs: 1, killMs: 50 })).rejects.toMatchObject({
    code: "CSPACE_PROCESS_STUCK",
  });
});

test("children with groups of their own end with the shell that has job control", async () => {
  const dev = start({ command: "exec bash -c 'set -m; sleep 61 & echo $!; wait'" });
  await until(() => dev.lastLines(1).length === 1);
  const child = Number(dev.lastLines(1)[0]);
  expect(isAlive(child)).toBe(true);
  await dev.stop();
  await until(() => !isAlive(child));
});

test("what left the session and kept its streams is told by its own pid, unless another process has that by now", async () => {
  const { system, signals } = machine(
    { 40: stat(40, 1, 40, 100), 41: stat(41, 40, 41, 200), 42: stat(42, 41, 41, 300), 43: stat(43, 1, 41, 400) },
    (pid, signal) => {
      if (signal !== "SIGTERM" || pid !== -40) return;
      writeFileSync(join(system.procDir, "42/stat"), stat(42, 1, 41, 999));
    },
  );
  for (const pid of [41, 42, 43]) addPipe(system, pid);
  await expect(stopGroup(40, system, { graceMs: 1, killMs: 50 })).rejects.toMatchObject({
    message: "process 40, 41 cannot be ended",
  });
  expect([...new Set(signals)]).toEqual(["SIGTERM -40", "SIGTERM 41", "SIGKILL -40", "SIGKILL 41"]);
});

/** The pid that a process prints. */
async function pidOf(dev: ReturnType<typeof start>): Promise<number> {
  await until(() => /^\d+$/.test(dev.lastLines(1)[0] ?? ""));
  const pid = Number(dev.lastLines(1)[0]);
  onTestFinished(() => {
    if (isAlive(pid)) process.kill(pid, "SIGKILL");
  });
  return pid;
}

test.each(["sleep 61", 'trap "" TERM; sleep 61; sleep 61'])(
  "a server that left the session ends: %s",
  async (server) => {
    const dev = start({ command: `setsid sh -c '(${server}) & echo $!; wait'; true` });
    const pid = await pidOf(dev);
    await dev.stop();
    await until(() => !isAlive(pid));
  },
);

test("what left the session and its streams stays, and what is below it", async () => {
  const detached = `setsid sh -c 'sleep 5 & echo $! >pid; wait' </dev/null >/dev/null 2>&1`;
  const dev = start({ command: `(${detached}) & until test -s pid; do sleep 0.1; done; cat pid; wait` });
  const agent = await pidOf(dev);
  await dev.stop();
  expect(isAlive(agent)).toBe(true);
});

test("what left the session and has lost its parent stays", async () => {
  const dev = start({ command: "(setsid sh -c 'echo $$; exec sleep 5' &); sleep 61" });
  const orphan = await pidOf(dev);
  await dev.stop();
  expect(isAlive(orphan)).toBe(true);
});
