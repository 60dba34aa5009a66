import { type AppliedPlan, type ApplyPlanOptions, applyPlan } from "./apply-plan.ts";

/**
 * Leads back to what was there before `applyPlan`: the same bytes, modes and owners, nothing that was absent. Undoing
 * twice is undoing once.
 *
 * A directory that the plan made stays when something else was put into it.
 *
 * @throws what `applyPlan` throws; `CSPACE_PLAN_STALE` when something was changed since, and then nothing is undone.
 * @example
 * ```ts
 * await undoPlan(await applyPlan(plan));
 * ```
 */
export async function undoPlan(applied: AppliedPlan, options: ApplyPlanOptions = {}): Promise<void> {
  await applyPlan(applied.undo, options);
}
