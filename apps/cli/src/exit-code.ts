/** The exit codes of the command line. */
export const exitCodes = { done: 0, failed: 1, usage: 2, engine: 3, privilege: 4, interrupted: 130 } as const;

const usage = new Set([
  "CSPACE_CONFIG_INVALID",
  "CSPACE_DOMAIN_INVALID",
  "CSPACE_HOSTNAME_TOO_LONG",
  "CSPACE_INSTANCE_AMBIGUOUS",
  "CSPACE_INSTANCE_TAKEN",
  "CSPACE_INSTANCE_UNKNOWN",
  "CSPACE_LABEL_UNKNOWN",
  "CSPACE_NAME_EMPTY",
  "CSPACE_NAME_INVALID",
  "CSPACE_NAME_TAKEN",
  "CSPACE_NETWORK_POOL_INVALID",
  "CSPACE_NO_SERVICES",
  "CSPACE_PROJECT_NOT_FOUND",
  "CSPACE_ROUTE_DUPLICATE",
  "CSPACE_ROUTE_UNREACHABLE",
  "CSPACE_SETTINGS_INVALID",
  "CSPACE_USAGE",
]);

const engine = new Set([
  "CSPACE_COMPOSE_MISSING",
  "CSPACE_COMPOSE_OLD",
  "CSPACE_CONTEXT_UNKNOWN",
  "CSPACE_ENGINE_ABSENT",
  "CSPACE_ENGINE_DENIED",
  "CSPACE_ENGINE_NOT_RUNNING",
  "CSPACE_ENGINE_OLD",
  "CSPACE_ENGINE_REMOTE",
]);

const privilege = new Set(["CSPACE_CONFIRMATION_NEEDED", "CSPACE_PLAN_NEEDS_ROOT"]);

/** The exit code for an error's code. */
export function exitCodeOf(code: string): number {
  if (usage.has(code)) return exitCodes.usage;
  if (engine.has(code)) return exitCodes.engine;
  return privilege.has(code) ? exitCodes.privilege : exitCodes.failed;
}
