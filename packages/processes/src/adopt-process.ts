import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { readOr } from "./error-code.ts";
import { openSockets, type ProcessExit, type ProcessSockets, type StartedProcess } from "./start-process.ts";
import { isGroupAlive } from "./stop-group.ts";
import type { ProcessSystem } from "./system.ts";

/** How often it is looked whether a process that somebody else started still runs, in milliseconds. */
const pauseMs = 250;

/** How one ended that is not this process's child: its parent alone is told. */
const unknownExit: ProcessExit = { code: null, signal: null };

/** What is to be gone on with. */
export interface AdoptProcessOptions {
  readonly pid: number;
  readonly sockets: ProcessSockets | Promise<ProcessSockets>;
  /** Aborted when nobody wants to know any more how it ends. */
  readonly signal: AbortSignal;
}

/** Goes on with a process that somebody else has started, the leader of a group of its own. */
export function adoptProcess({ pid, sockets, signal }: AdoptProcessOptions, system: ProcessSystem): StartedProcess {
  const end = async (): Promise<ProcessExit> => {
    // To look at all processes of the machine costs more than at one.
    while (!signal.aborted && ((await isAlive(pid, system)) || (await isGroupAlive(pid, system)))) await wait(pauseMs);
    return unknownExit;
  };
  return { pid, exited: end(), streams: Promise.resolve(sockets).then(openSockets) };
}

/** Whether the leader lives, where the system tells of one alone; a zombie does not. */
async function isAlive(pid: number, { platform, procDir }: ProcessSystem): Promise<boolean> {
  if (platform !== "linux") return false;
  const text = await readOr("", ["ENOENT", "ESRCH"], () => readFile(join(procDir, String(pid), "stat"), "utf8"));
  return text !== "" && !/^[ZXx]/.test(text.slice(text.lastIndexOf(")") + 2));
}
