import type { ProcessExit } from "./start-process.ts";

/** When a process that ended by itself is started again. */
export type RestartPolicy = "always" | "on-failure" | "no";

/** How long a start is put off after a process ended. */
export interface Backoff {
  /** Before the first new start, in milliseconds; it doubles with each one. @default 500 */
  readonly initialMs: number;
  /** It never gets longer than this. @default 30_000 */
  readonly maxMs: number;
  /** A run of at least this long was well, and the count begins anew. @default 30_000 */
  readonly steadyMs: number;
  /** So many short runs, one after the other, are a crash loop. @default 5 */
  readonly loopAfter: number;
}

/** The back-off that nobody asked to differ from. */
export const defaultBackoff: Backoff = { initialMs: 500, maxMs: 30_000, steadyMs: 30_000, loopAfter: 5 };

/** A run that is over. */
export interface EndedRun {
  /** `null`: it did not even start. */
  readonly exit: ProcessExit | null;
  readonly ranMs: number;
  /** The short runs before it, without one that was well between them. */
  readonly shortRuns: number;
}

/** What follows on a run. */
export interface RestartPlan {
  /** `null`: it stays as it is. */
  readonly delayMs: number | null;
  readonly shortRuns: number;
}

/** Plans whether and when a process is started again. Pure. */
export function planRestart(run: EndedRun, policy: RestartPolicy, backoff: Backoff): RestartPlan {
  const shortRuns = run.ranMs >= backoff.steadyMs ? 1 : run.shortRuns + 1;
  const isWanted = policy === "always" || (policy === "on-failure" && run.exit?.code !== 0);
  const delayMs = Math.min(backoff.maxMs, backoff.initialMs * 2 ** Math.min(shortRuns - 1, 30));
  return { delayMs: isWanted ? delayMs : null, shortRuns };
}
