import type { ProcessAddress } from "./find-address.ts";
import type { ProcessExit } from "./start-process.ts";

/**
 * What a process is at the moment.
 *
 * - `starting`: it runs, or is about to, and listens nowhere yet
 * - `up`: it runs, and is reached at its port
 * - `running`: it runs, and listens nowhere, though it had its time
 * - `restarting`: it ended, and is started again after a while
 * - `crash-loop`: the same, after several short runs in a row
 * - `exited`: it ended by itself with code 0
 * - `failed`: it ended by itself otherwise, or could not be started
 * - `stopping`, `stopped`: it was told to end
 */
export type ProcessState =
  | "starting"
  | "up"
  | "running"
  | "restarting"
  | "crash-loop"
  | "exited"
  | "failed"
  | "stopping"
  | "stopped";

/** What a state is derived from. */
export interface ProcessFacts {
  /** Of the one that runs. */
  readonly pid: number | null;
  readonly address: ProcessAddress | null;
  /** Whether it has listened once, or had its time. */
  readonly hadItsTime: boolean;
  /** How the last run ended; `null`: there was none, or it did not start. */
  readonly exit: ProcessExit | null;
  /** Whether a run is over, and none has begun since. */
  readonly isOver: boolean;
  /** Whether another one follows by itself. */
  readonly isAwaited: boolean;
  readonly isLooping: boolean;
  readonly stop: "no" | "asked" | "done";
}

/** Derives the state from what is known. Pure. */
export function deriveState(facts: ProcessFacts): ProcessState {
  if (facts.stop !== "no") return facts.stop === "done" ? "stopped" : "stopping";
  if (facts.isAwaited) return facts.isLooping ? "crash-loop" : "restarting";
  if (facts.isOver) return facts.exit?.code === 0 ? "exited" : "failed";
  if (facts.address !== null) return "up";
  return facts.pid !== null && facts.hadItsTime ? "running" : "starting";
}
