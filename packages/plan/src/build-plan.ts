import { CspaceError } from "@cspace/errors";
import type { Plan, PlanStep } from "./plan.ts";
import type { PlanErrorCode } from "./plan-error-code.ts";

/**
 * A plan of the steps that change something, in their order. Pure. Every step starts from what is there now, so no two
 * may change the same thing.
 *
 * @throws `CSPACE_PLAN_DUPLICATE` for two steps on one path, also through a symbolic link.
 * @example
 * ```ts
 * buildPlan([undefined]); //=> { version: 1, steps: [] }
 * ```
 */
export function buildPlan(steps: Iterable<PlanStep | undefined>): Plan {
  const kept = [...steps].filter((step) => step !== undefined);
  const seen = new Set<string>();
  for (const { path, target = path } of kept) {
    if (seen.has(target)) {
      throw new CspaceError<PlanErrorCode>("CSPACE_PLAN_DUPLICATE", `two steps of one plan change ${target}`, {
        hint: "make them one step",
      });
    }
    seen.add(target);
  }
  return { version: 1, steps: kept };
}
