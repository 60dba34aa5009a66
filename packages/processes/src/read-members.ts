import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readOr } from "./error-code.ts";
import type { ProcessSystem } from "./system.ts";

/** A living process that belongs to a process that was started here. */
export interface GroupMember {
  readonly pid: number;
  readonly parent: number;
  /** Its own process group. */
  readonly group: number;
  /** When it was started, in the system's own words: with its pid it is told from every other process. */
  readonly startedAt: string;
  /** Whether it is in the group or the session that was started; otherwise it is a descendant that has left both. */
  readonly isOwn: boolean;
}

interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly startedAt: string;
  readonly isDead: boolean;
}

/**
 * The living members of the group and the session that a process leads, and their descendants; of a process that leads
 * neither, itself and its descendants. `null` where the system does not tell. A process that has ended and that nobody has asked for its exit code does not count.
 */
export async function readMembers(group: number, system: ProcessSystem): Promise<readonly GroupMember[] | null> {
  const living = await readLiving(system);
  if (living === null) return null;
  const isOwn = (row: ProcessRow): boolean => row.pid === group || row.group === group || row.session === group;
  const found = new Map(living.filter(isOwn).map((row) => [row.pid, row]));
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const row of living) if (found.has(row.parent)) found.set(row.pid, row);
  }
  return [...found.values()].map((row) => {
    const { pid, parent, group: own, startedAt } = row;
    return { pid, parent, group: own, startedAt, isOwn: isOwn(row) };
  });
}

/** Those of some processes that still live, and whose pid nobody else has by now; none where the system does not tell. */
export async function stillLiving<Process extends Pick<GroupMember, "pid" | "startedAt">>(
  processes: readonly Process[],
  system: ProcessSystem,
): Promise<readonly Process[]> {
  if (processes.length === 0) return [];
  const started = new Map((await readLiving(system))?.map(({ pid, startedAt }) => [pid, startedAt]));
  return processes.filter(({ pid, startedAt }) => started.get(pid) === startedAt);
}

async function readLiving(system: ProcessSystem): Promise<readonly ProcessRow[] | null> {
  const rows = system.platform === "linux" ? await readProc(system.procDir) : await readPs(system);
  return rows?.filter(({ isDead }) => !isDead) ?? null;
}

async function readProc(procDir: string): Promise<readonly ProcessRow[]> {
  const names = (await readdir(procDir)).filter((name) => /^\d+$/.test(name));
  const texts = await Promise.all(
    // Processes end while they are read.
    names.map((name) => readOr("", ["ENOENT", "ESRCH"], () => readFile(join(procDir, name, "stat"), "utf8"))),
  );
  return texts.filter((text) => text !== "").map(parseStat);
}

/** proc_pid_stat(5): the name of the program stands in parentheses and may hold any character, also those. */
function parseStat(text: string): ProcessRow {
  const end = text.lastIndexOf(")");
  const fields = text.slice(end + 2).split(" ");
  const [state = "", parent, group, session] = fields;
  return {
    pid: Number.parseInt(text, 10),
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    // Field 22, in ticks since the machine was started; the state is the third.
    startedAt: fields[19]?.trim() ?? "",
    isDead: /^[ZXx]/.test(state),
  };
}

/** https://pubs.opengroup.org/onlinepubs/9799919799/utilities/ps.html; `stat` and `lstart` are what macOS and the BSDs add. */
async function readPs({ platform, run }: ProcessSystem): Promise<readonly ProcessRow[] | null> {
  if (platform === "win32") return null;
  const args = ["-A", "-o", "pid=", "-o", "ppid=", "-o", "pgid=", "-o", "stat=", "-o", "lstart="];
  const result = await readOr(null, ["ENOENT", "EACCES"], () => run("ps", args));
  if (result === null || result.exitCode !== 0) return null;
  const lines = result.stdout.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => {
    const [pid, parent, group, state = "", ...startedAt] = line.trim().split(/\s+/);
    return {
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      session: -1,
      startedAt: startedAt.join(" "),
      isDead: state.startsWith("Z"),
    };
  });
}
