import { CspaceError, isCspaceError } from "@cspace/errors";
import { assertFresh, isDone, selectExecutor } from "./check-step.ts";
import type { Plan, PlanStep } from "./plan.ts";
import type { PlanErrorCode } from "./plan-error-code.ts";
import { reverseStep } from "./reverse-step.ts";
import type { StepExecutors } from "./step-executor.ts";

/** What happened to a step: `unchanged` when it was done already, `undone` when a later one failed. */
export interface StepEvent {
  readonly step: PlanStep;
  readonly outcome: "done" | "unchanged" | "undone";
}

/** Options of {@link applyPlan}. */
export interface ApplyPlanOptions {
  /** Called after every step. @default nothing */
  readonly onStep?: (event: StepEvent) => void;
  /** Stops between two steps; what was done is then undone. */
  readonly signal?: AbortSignal;
  /** For steps that need root, and for kinds that are no files or directories. @default {} */
  readonly executors?: StepExecutors;
}

/** What {@link applyPlan} did, as plain data. */
export interface AppliedPlan {
  readonly version: 1;
  /** The plan that was given. */
  readonly plan: Plan;
  /** The way back: only what was really changed, last step first, with the modes and owners that were there. */
  readonly undo: Plan;
}

/**
 * Makes the changes of a plan in their order, all of them or none: when a step fails, those before it are undone.
 *
 * Nothing is written unless every step has an executor and its starting point is still there; each is read once more
 * just before its change. A step that is done already is left alone, so applying twice is applying once.
 *
 * @throws `CSPACE_PLAN_STALE` when something else changed what a step starts from; `CSPACE_PLAN_NEEDS_ROOT`,
 * `CSPACE_PLAN_UNSUPPORTED` when no executor makes a step; `CSPACE_FILE_UNREADABLE` before the first change;
 * `CSPACE_PLAN_FAILED` when a step failed or the signal stopped the work: its message says whether everything is back
 * as it was, its cause why.
 * @example
 * ```ts
 * const plan = buildPlan([planFile(await readFileState("/tmp/a"), "1\n")]);
 * const applied = await applyPlan(plan);
 * await undoPlan(applied);
 * ```
 */
export async function applyPlan(plan: Plan, options: ApplyPlanOptions = {}): Promise<AppliedPlan> {
  const { onStep = () => {}, signal, executors = {} } = options;
  assertVersion(plan);
  const work = plan.steps.map((step) => ({ step, executor: selectExecutor(step, executors) }));
  for (const { step, executor } of work) assertFresh(step, await executor.read(step));

  const undo: PlanStep[] = [];
  for (const { step, executor } of work) {
    try {
      signal?.throwIfAborted();
      const state = await executor.read(step);
      assertFresh(step, state);
      if (isDone(step, state)) {
        onStep({ step, outcome: "unchanged" });
        continue;
      }
      // Before the change: an executor that fails half-way may have made it.
      undo.unshift(reverseStep(step, state));
      await executor.apply(step);
      onStep({ step, outcome: "done" });
    } catch (error) {
      const stuck = await rollBack(undo, { onStep, executors });
      if (stuck.length === 0 && isCspaceError(error) && error.code === "CSPACE_PLAN_STALE") throw error;
      throw explainFailure(step, error, stuck);
    }
  }
  return { version: 1, plan, undo: { version: 1, steps: undo } };
}

/** Undoes what it can, and gives the paths it could not put back. */
async function rollBack(
  steps: readonly PlanStep[],
  { onStep, executors }: Required<Omit<ApplyPlanOptions, "signal">>,
): Promise<string[]> {
  const stuck: string[] = [];
  for (const step of steps) {
    try {
      const executor = selectExecutor(step, executors);
      const state = await executor.read(step);
      if (isDone(step, state)) continue;
      assertFresh(step, state);
      await executor.apply(step);
      onStep({ step, outcome: "undone" });
    } catch {
      stuck.push(step.path);
    }
  }
  return stuck;
}

function explainFailure(step: PlanStep, error: unknown, stuck: readonly string[]): CspaceError<PlanErrorCode> {
  const reason = isCspaceError(error)
    ? error.message
    : `${step.path}: ${error instanceof Error ? error.message : error}`;
  const paths = stuck.join(", ");
  const rest = stuck.length === 0 ? "nothing is changed" : `these could not be put back: ${paths}`;
  const ownHint = isCspaceError(error) ? error.hint : undefined;
  const hint = stuck.length === 0 ? ownHint : `look at ${paths} before you try again`;
  return new CspaceError<PlanErrorCode>("CSPACE_PLAN_FAILED", `${reason}; ${rest}`, { hint, cause: error });
}

function assertVersion({ version }: { readonly version: number }): void {
  if (version === 1) return;
  throw new CspaceError<PlanErrorCode>("CSPACE_PLAN_UNSUPPORTED", `plans of version ${version} are unknown`, {
    hint: "apply it with the cspace that made it",
  });
}
