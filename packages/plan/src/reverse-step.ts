import type { PlanStep } from "./plan.ts";
import type { StepState } from "./step-executor.ts";

/** The step that leads back from `step` to the state it started from, with its mode and owner. */
export function reverseStep(step: PlanStep, state: StepState): PlanStep {
  const { kind, path, target, before, after, needsRoot } = step;
  const isFile = kind === "file" || kind === "remove";
  return {
    kind: !isFile ? kind : before === null ? "remove" : "file",
    path,
    ...(target === undefined ? {} : { target }),
    before: after,
    after: before,
    needsRoot,
    ...(before === null || state.mode === undefined ? {} : { mode: state.mode }),
    ...(before === null || state.owner === undefined ? {} : { owner: state.owner }),
  };
}
