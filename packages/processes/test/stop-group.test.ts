import { expect, test } from "vitest";
import { stopGroup } from "../src/stop-group.ts";
import { type ProcessSystem, thisSystem } from "../src/system.ts";
import { folderOf, isAlive, start, until } from "./start.ts";

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

test("groups of one session are all told, what left it is not", async () => {
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
