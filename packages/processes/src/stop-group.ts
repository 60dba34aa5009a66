import { setTimeout as wait } from "node:timers/promises";
import { CspaceError } from "@cspace/errors";
import { errorCode } from "./error-code.ts";
import type { ProcessesErrorCode } from "./processes-error-code.ts";
import { type GroupMember, readMembers, stillLiving } from "./read-members.ts";
import { readStrays } from "./read-strays.ts";
import type { ProcessSystem } from "./system.ts";

/** Options of {@link stopGroup}. */
export interface StopGroupOptions {
  /** How long its processes may take to end by themselves, in milliseconds. */
  readonly graceMs: number;
  /** How long the kernel may take to end what was killed, in milliseconds. @default 3_000 */
  readonly killMs?: number;
}

/**
 * Ends every process of a group and its session: SIGTERM, and after the grace period SIGKILL. Nothing of it is left
 * then, also not what has lost its parent; and nothing of what left the session, as far as that is told (`readStrays`).
 * A group of which nothing lives gets no signal.
 *
 * @throws `CSPACE_PROCESS_STUCK` when a process survives SIGKILL, which waits for a device.
 */
export async function stopGroup(group: number, system: ProcessSystem, options: StopGroupOptions): Promise<void> {
  const { graceMs, killMs = 3_000 } = options;
  if (system.platform === "win32") {
    await system.run("taskkill", ["/PID", String(group), "/T", "/F"]);
    return;
  }
  // Before anything ends: what loses its parent is found no more.
  const strays = await readStrays(group, system);
  await signalGroup(group, "SIGTERM", system);
  await signalEach(strays, "SIGTERM", system);
  if (await isGone(group, strays, system, graceMs)) return;
  // Again each time, for what was forked between the look and the signal.
  for (const end = performance.now() + killMs; performance.now() < end; ) {
    await signalGroup(group, "SIGKILL", system);
    await signalEach(strays, "SIGKILL", system);
    if (await isGone(group, strays, system, 100)) return;
  }
  const others = (await stillLiving(strays, system)).map(({ pid }) => pid);
  const left = [...((await readOwn(group, system)) ?? []), ...others].join(", ");
  throw new CspaceError<ProcessesErrorCode>("CSPACE_PROCESS_STUCK", `process ${left || group} cannot be ended`, {
    hint: `see what it waits for: ps -o pid,stat,wchan,args -p ${left || group}`,
  });
}

/** Whether anything of a group lives; where the system lists nothing, whether the group can be signalled. */
export async function isGroupAlive(group: number, system: ProcessSystem): Promise<boolean> {
  const own = await readOwn(group, system);
  if (own !== null) return own.length > 0;
  try {
    system.kill(system.platform === "win32" ? group : -group, 0);
    return true;
  } catch (error) {
    if (errorCode(error) === "ESRCH") return false;
    if (errorCode(error) === "EPERM") return true;
    throw error;
  }
}

async function readOwn(group: number, system: ProcessSystem): Promise<readonly number[] | null> {
  const members = await readMembers(group, system);
  return members === null ? null : members.filter(({ isOwn }) => isOwn).map(({ pid }) => pid);
}

async function signalGroup(group: number, signal: NodeJS.Signals, system: ProcessSystem): Promise<void> {
  const members = await readMembers(group, system);
  const own = members?.filter(({ isOwn }) => isOwn);
  if (own?.length === 0) return;
  // A shell with job control gives its children groups of their own within the session.
  for (const target of new Set([group, ...(own ?? []).map((member) => member.group)])) {
    send(-target, signal, system);
  }
}

/** By their own pids, for their groups may be somebody else's too; none that another process has by now. */
async function signalEach(
  processes: readonly GroupMember[],
  signal: NodeJS.Signals,
  system: ProcessSystem,
): Promise<void> {
  for (const { pid } of await stillLiving(processes, system)) send(pid, signal, system);
}

function send(target: number, signal: NodeJS.Signals, system: ProcessSystem): void {
  try {
    system.kill(target, signal);
  } catch (error) {
    // EPERM: it became another user's, or is a zombie on macOS; what is left is looked at afterwards.
    if (!["ESRCH", "EPERM"].includes(errorCode(error) ?? "")) throw error;
  }
}

async function isGone(
  group: number,
  strays: readonly GroupMember[],
  system: ProcessSystem,
  withinMs: number,
): Promise<boolean> {
  const end = performance.now() + withinMs;
  for (let pauseMs = 10; ; pauseMs = Math.min(pauseMs * 2, 100)) {
    if (!(await isGroupAlive(group, system)) && (await stillLiving(strays, system)).length === 0) return true;
    if (performance.now() >= end) return false;
    await wait(Math.min(pauseMs, Math.max(1, end - performance.now())));
  }
}
