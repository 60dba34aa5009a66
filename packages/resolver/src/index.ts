export type { ResolverErrorCode } from "./resolver-error-code.ts";
export type { ResolverKind, ResolverRule, ResolverState } from "./resolver-state.ts";
export {
  applyResolverPlan,
  type ApplyResolverPlanOptions,
  planRemoval,
  planResolver,
  type PlanResolverOptions,
  readResolver,
  type ReadResolverOptions,
  readRulePort,
  renderCommands,
  type ResolverHealth,
  type ResolverReport,
  type RunCommand,
  verifyResolver,
  type VerifyResolverOptions,
} from "./skeleton.ts";
