import { setTimeout as wait } from "node:timers/promises";
import { lookForAddress } from "./look-for-address.ts";
import { asError, describeEnd } from "./process-errors.ts";
import type { ProcessExit, StartedProcess } from "./start-process.ts";
import { isGroupAlive, stopGroup } from "./stop-group.ts";
import type { RunningProcess } from "./supervised-process.ts";
import type { Supervision } from "./supervision.ts";

/** A run that has begun. */
export interface BegunRun {
  readonly started: StartedProcess;
  /** The port that it was given. */
  readonly port: number;
  /** What is known of one that somebody else has started. */
  readonly before: Pick<RunningProcess, "address" | "hadItsTime"> | undefined;
}

/**
 * Watches one run until nothing of its group is left, and gives how it ended; `null` when somebody else goes on with it.
 * Its output is taken, and where it is reached is looked for meanwhile.
 */
export async function watchRun(
  supervision: Supervision,
  { started, port, before }: BegunRun,
): Promise<ProcessExit | null> {
  const { output, live, halt, left, graceMs, system } = supervision;
  const { address = null, hadItsTime = false } = before ?? {};
  const ended = new AbortController();
  live.error = null;
  live.change({ pid: started.pid, address, hadItsTime });
  const take = async (): Promise<void> => {
    const { stdout, stderr } = await started.streams;
    await Promise.all([output.take(stdout, "out"), output.take(stderr, "err")]);
  };
  const streams = take();
  // It is waited for below, and may fail before.
  streams.catch(() => undefined);
  const question = { group: started.pid, port, ended: ended.signal };
  const looking = (address === null ? lookForAddress(supervision, question) : Promise.resolve()).catch(
    (cause: unknown) => {
      if (ended.signal.aborted) return;
      live.error = asError(cause);
      live.change({ hadItsTime: true });
    },
  );
  if (halt.aborted && !left.aborted) await stopGroup(started.pid, system, { graceMs });
  const exit = await Promise.race([endOf(started, supervision), aborted(left)]);
  ended.abort();
  if (exit !== null) {
    // What left the group may hold the streams open.
    const late = new AbortController();
    await Promise.race([streams, wait(500, undefined, { signal: late.signal })]).finally(() => late.abort());
  }
  (await started.streams).release();
  await Promise.all([streams, looking]);
  if (exit !== null) await output.note(describeEnd(exit));
  return exit;
}

/** How a process ended, once nothing of its group is left: a shell may end before the server it started. */
async function endOf({ pid, exited }: StartedProcess, { live, left, system }: Supervision): Promise<ProcessExit> {
  const exit = await exited;
  while (!left.aborted && (await isGroupAlive(pid, system))) await wait(live.now.stop === "no" ? 250 : 20);
  return exit;
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener("abort", () => resolve(null), { once: true });
  });
}
