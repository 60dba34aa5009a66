import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readOr } from "./error-code.ts";
import type { ProcessSystem } from "./system.ts";

/** A living process that belongs to a process that was started here. */
export interface GroupMember {
  readonly pid: number;
  /** Its own process group. */
  readonly group: number;
  /** Whether it is in the group or the session that was started; otherwise it is a descendant that has left both. */
  readonly isOwn: boolean;
}

interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly isDead: boolean;
}

/**
 * The living members of a group whose leader also leads a session, and their descendants; `null` where the system does
 * not tell. A process that has ended and that nobody has asked for its exit code does not count.
 */
export async function readMembers(group: number, system: ProcessSystem): Promise<readonly GroupMember[] | null> {
  const rows = system.platform === "linux" ? await readProc(system.procDir) : await readPs(system);
  if (rows === null) return null;
  const living = rows.filter(({ isDead }) => !isDead);
  const isOwn = (row: ProcessRow): boolean => row.group === group || row.session === group;
  const found = new Map(living.filter(isOwn).map((row) => [row.pid, row]));
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const row of living) if (found.has(row.parent)) found.set(row.pid, row);
  }
  return [...found.values()].map((row) => ({ pid: row.pid, group: row.group, isOwn: isOwn(row) }));
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
  const [state = "", parent, group, session] = text.slice(end + 2).split(" ");
  return {
    pid: Number.parseInt(text, 10),
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    isDead: /^[ZXx]/.test(state),
  };
}

/** https://pubs.opengroup.org/onlinepubs/9799919799/utilities/ps.html; `stat` is what macOS and the BSDs add. */
async function readPs({ platform, run }: ProcessSystem): Promise<readonly ProcessRow[] | null> {
  if (platform === "win32") return null;
  const args = ["-A", "-o", "pid=", "-o", "ppid=", "-o", "pgid=", "-o", "stat="];
  const result = await readOr(null, ["ENOENT", "EACCES"], () => run("ps", args));
  if (result === null || result.exitCode !== 0) return null;
  const lines = result.stdout.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => {
    const [pid, parent, group, state = ""] = line.trim().split(/\s+/);
    return {
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      session: -1,
      isDead: state.startsWith("Z"),
    };
  });
}
