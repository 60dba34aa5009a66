import { CspaceError } from "@cspace/errors";
import { diskExecutors } from "./disk-executors.ts";
import type { PlanStep } from "./plan.ts";
import type { PlanErrorCode } from "./plan-error-code.ts";
import type { StepExecutor, StepExecutors, StepState } from "./step-executor.ts";

/** Whether what is there is already what the step would make. */
export function isDone(step: PlanStep, state: StepState): boolean {
  if (state.content !== step.after) return false;
  if (step.after === null) return true;
  const { mode = state.mode, owner = state.owner } = step;
  return mode === state.mode && owner?.uid === state.owner?.uid && owner?.gid === state.owner?.gid;
}

/**
 * Lets a step pass whose starting point is still there, or that is done already.
 *
 * @throws `CSPACE_PLAN_STALE` otherwise.
 */
export function assertFresh(step: PlanStep, state: StepState): void {
  if (isDone(step, state)) return;
  if (state.content === step.before && state.target === step.target) return;
  throw new CspaceError<PlanErrorCode>("CSPACE_PLAN_STALE", `${step.path} changed after the plan was made`, {
    hint: "make a new plan: run the command again",
  });
}

/**
 * Who makes a step: what the caller passed for steps that need root, the disk's own executors for the other files and
 * directories, what the caller passed for everything else.
 *
 * @throws `CSPACE_PLAN_NEEDS_ROOT`, `CSPACE_PLAN_UNSUPPORTED` when nobody does.
 */
export function selectExecutor(step: PlanStep, executors: StepExecutors): StepExecutor {
  const passed = pick(executors, step.kind);
  const executor = step.needsRoot ? passed : (pick(diskExecutors, step.kind) ?? passed);
  if (executor !== undefined) return executor;
  if (step.needsRoot) {
    throw new CspaceError<PlanErrorCode>("CSPACE_PLAN_NEEDS_ROOT", `changing ${step.path} needs root`, {
      hint: "run the command in a terminal where it may ask for your password",
    });
  }
  throw new CspaceError<PlanErrorCode>("CSPACE_PLAN_UNSUPPORTED", `nobody makes steps of the kind "${step.kind}"`, {
    hint: "pass an executor for this kind",
  });
}

const twins: Readonly<Record<string, string>> = { file: "remove", remove: "file" };

function pick(executors: StepExecutors, kind: string): StepExecutor | undefined {
  const found = [kind, twins[kind] ?? kind].find((name) => Object.hasOwn(executors, name));
  return found === undefined ? undefined : executors[found];
}
