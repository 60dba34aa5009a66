import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readOr } from "./error-code.ts";
import { readMembers } from "./read-members.ts";
import type { ProcessSystem } from "./system.ts";

/** What a process and all that belong to it use. */
export interface ProcessUsage {
  /** Time of processors, in milliseconds of one of them; of those that live. */
  readonly cpuMs: number;
  /** The memory that is in use, in bytes; what several share counts for each. */
  readonly memoryBytes: number;
}

/** Reads what a process group uses; `null` where the system does not tell. */
export async function readUsage(group: number, system: ProcessSystem): Promise<ProcessUsage | null> {
  const members = await readMembers(group, system);
  if (members === null) return null;
  const pids = members.map(({ pid }) => pid);
  const all = system.platform === "linux" ? await readProc(pids, system.procDir) : await readPs(pids, system);
  return all.reduce((sum, one) => ({ cpuMs: sum.cpuMs + one.cpuMs, memoryBytes: sum.memoryBytes + one.memoryBytes }), {
    cpuMs: 0,
    memoryBytes: 0,
  });
}

/** Ticks a second in what Linux tells programs: https://man7.org/linux/man-pages/man7/time.7.html */
const ticksPerSecond = 100;

/** Formats: proc_pid_stat(5), fields 14 and 15 are time of its own and of the system for it; proc_pid_status(5). */
async function readProc(pids: readonly number[], procDir: string): Promise<readonly ProcessUsage[]> {
  return await Promise.all(
    pids.map(async (pid) => {
      // Processes end while they are read.
      const read = (name: string): Promise<string> =>
        readOr("", ["ENOENT", "ESRCH"], () => readFile(join(procDir, String(pid), name), "utf8"));
      const [stat, status] = await Promise.all([read("stat"), read("status")]);
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const ticks = Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
      const kilobytes = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
      return { cpuMs: (ticks / ticksPerSecond) * 1000, memoryBytes: kilobytes * 1024 };
    }),
  );
}

/** https://pubs.opengroup.org/onlinepubs/9799919799/utilities/ps.html: `time` is `[[dd-]hh:]mm:ss`; macOS adds hundredths. */
async function readPs(pids: readonly number[], { platform, run }: ProcessSystem): Promise<readonly ProcessUsage[]> {
  if (platform === "win32" || pids.length === 0) return [];
  const args = ["-o", "rss=", "-o", "time=", "-p", pids.join(",")];
  const result = await readOr(null, ["ENOENT", "EACCES"], () => run("ps", args));
  return (result?.stdout ?? "").split("\n").flatMap((line) => {
    const match = /^\s*(\d+)\s+(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)\s*$/.exec(line);
    if (match === null) return [];
    const [rss, days, hours, minutes, seconds] = match.slice(1).map((text) => Number(text ?? 0));
    const total = (((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0);
    return [{ cpuMs: total * 1000, memoryBytes: (rss ?? 0) * 1024 }];
  });
}
