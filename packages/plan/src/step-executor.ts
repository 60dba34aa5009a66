import type { FileOwner, PlanStep } from "./plan.ts";

/** What a {@link StepExecutor} found at a step's path, in the terms of the step. */
export interface StepState {
  /** To be compared with `before` and `after`. */
  readonly content: string | null;
  /** Where a symbolic link at the path leads; absent when there is none. */
  readonly target?: string;
  /** Permission bits, for things that have them. */
  readonly mode?: number;
  /** For things that have one. */
  readonly owner?: FileOwner;
}

/** Makes the steps of one kind, forwards and backwards: a step is undone by another step with `before` and `after` swapped. */
export interface StepExecutor {
  /** Says what is there now; throws when nobody can tell. Changes nothing. */
  readonly read: (step: PlanStep) => Promise<StepState>;
  /** Turns `before` into `after`, wholly or not at all; throws when it cannot. */
  readonly apply: (step: PlanStep) => Promise<void>;
}

/** Executors by kind of step. One for `file` serves `remove` as well, and the other way round. */
export type StepExecutors = Readonly<Record<string, StepExecutor>>;
