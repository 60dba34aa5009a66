import type { AgentsErrorCode } from "@cspace/agents";
import type { CertsErrorCode } from "@cspace/certs";
import type { ComposeErrorCode } from "@cspace/compose";
import type { DaemonErrorCode } from "@cspace/daemon";
import type { GatewayErrorCode } from "@cspace/gateway";
import type { HostnamesErrorCode } from "@cspace/hostnames";
import type { InstancesErrorCode } from "@cspace/instances";
import type { LabelsErrorCode } from "@cspace/labels";
import type { PlanErrorCode } from "@cspace/plan";
import type { PortsErrorCode } from "@cspace/ports";
import type { ProcessesErrorCode } from "@cspace/processes";
import type { ProjectErrorCode } from "@cspace/project";
import type { ResolverErrorCode } from "@cspace/resolver";
import type { TrustErrorCode } from "@cspace/trust";
import type { CliErrorCode } from "./errors.ts";

/** The exit codes of the command line. */
export const exitCodes = { done: 0, failed: 1, usage: 2, engine: 3, privilege: 4, interrupted: 130 } as const;

type ErrorCode =
  | AgentsErrorCode
  | CertsErrorCode
  | CliErrorCode
  | ComposeErrorCode
  | DaemonErrorCode
  | GatewayErrorCode
  | HostnamesErrorCode
  | InstancesErrorCode
  | LabelsErrorCode
  | PlanErrorCode
  | PortsErrorCode
  | ProcessesErrorCode
  | ProjectErrorCode
  | ResolverErrorCode
  | TrustErrorCode;

/** What kind of end every code is; a code that has none here does not compile. */
export const exitKinds: Readonly<Record<ErrorCode, keyof typeof exitCodes>> = {
  CSPACE_ADDRESS_ABSENT: "failed",
  CSPACE_AGENT_FILE_INVALID: "usage",
  CSPACE_ATTACH_FAILED: "failed",
  CSPACE_AUTHORITY_INVALID: "failed",
  CSPACE_CERTIFICATE_INVALID: "failed",
  CSPACE_CERTIFICATE_OUTSIDE: "usage",
  CSPACE_CERTIFICATE_REFUSED: "failed",
  CSPACE_CERTS_UNREADABLE: "failed",
  CSPACE_CLAUDE_SETTINGS_INVALID: "usage",
  CSPACE_COMMAND_MISSING: "failed",
  CSPACE_COMPOSE_FAILED: "failed",
  CSPACE_COMPOSE_MISSING: "engine",
  CSPACE_COMPOSE_OLD: "engine",
  CSPACE_CONFIG_INVALID: "usage",
  CSPACE_CONFIRMATION_NEEDED: "privilege",
  CSPACE_CONTAINER_FAILED: "failed",
  CSPACE_CONTEXT_UNKNOWN: "engine",
  CSPACE_DAEMON_FAILED: "failed",
  CSPACE_DAEMON_REPLACED: "failed",
  CSPACE_DAEMON_SILENT: "failed",
  CSPACE_DAEMON_VERSION: "failed",
  CSPACE_DECLINED: "failed",
  CSPACE_DOMAIN_INVALID: "usage",
  CSPACE_DOMAIN_UNRESOLVED: "failed",
  CSPACE_ELEVATION_FAILED: "privilege",
  CSPACE_ENGINE_ABSENT: "engine",
  CSPACE_ENGINE_DENIED: "engine",
  CSPACE_ENGINE_NOT_RUNNING: "engine",
  CSPACE_ENGINE_OLD: "engine",
  CSPACE_ENGINE_REMOTE: "engine",
  CSPACE_ENV_UNWRITABLE: "failed",
  CSPACE_FILE_UNREADABLE: "failed",
  CSPACE_GATEWAY_CLOSED: "failed",
  CSPACE_HOME_MISSING: "usage",
  CSPACE_HOME_UNWRITABLE: "failed",
  CSPACE_HOSTNAME_TOO_LONG: "usage",
  CSPACE_INSTANCE_AMBIGUOUS: "usage",
  CSPACE_INSTANCE_TAKEN: "usage",
  CSPACE_INSTANCE_UNKNOWN: "usage",
  CSPACE_INTERRUPTED: "interrupted",
  CSPACE_LABEL_OPTION_INVALID: "failed",
  CSPACE_LABEL_TAKEN: "failed",
  CSPACE_LABEL_UNKNOWN: "usage",
  CSPACE_LOCK_LOST: "failed",
  CSPACE_LOCK_TIMEOUT: "failed",
  CSPACE_NAME_EMPTY: "usage",
  CSPACE_NAME_INVALID: "usage",
  CSPACE_NAME_TAKEN: "usage",
  CSPACE_NETWORK_POOL_EXHAUSTED: "failed",
  CSPACE_NETWORK_POOL_INVALID: "usage",
  CSPACE_NOT_BUILT: "failed",
  CSPACE_NOT_YOURS: "usage",
  CSPACE_NOT_VERIFIED: "failed",
  CSPACE_NO_FREE_PORT: "failed",
  CSPACE_NO_SERVICES: "usage",
  CSPACE_OUTPUT_FAILED: "failed",
  CSPACE_PEERS_INVALID: "usage",
  CSPACE_PLAN_DUPLICATE: "failed",
  CSPACE_PLAN_FAILED: "failed",
  CSPACE_PLAN_NEEDS_ROOT: "privilege",
  CSPACE_PLAN_STALE: "failed",
  CSPACE_PLAN_UNSUPPORTED: "failed",
  CSPACE_PORT_DENIED: "failed",
  CSPACE_PORT_INVALID: "usage",
  CSPACE_PORT_TAKEN: "failed",
  CSPACE_PROCESS_EXITED: "failed",
  CSPACE_PROCESS_PORT_TAKEN: "failed",
  CSPACE_PROCESS_SILENT: "failed",
  CSPACE_PROCESS_START_FAILED: "failed",
  CSPACE_PROCESS_STUCK: "failed",
  CSPACE_PROJECT_NOT_FOUND: "usage",
  CSPACE_PROXY_FAILED: "failed",
  CSPACE_PROXY_FOREIGN: "failed",
  CSPACE_PROXY_STOPPED: "failed",
  CSPACE_REQUEST_REFUSED: "usage",
  CSPACE_RESOLVER_DAMAGED: "failed",
  CSPACE_RESOLVER_FOREIGN: "failed",
  CSPACE_RESOLVER_PORT: "failed",
  CSPACE_RESOURCE_IN_USE: "failed",
  CSPACE_ROOT_UNKNOWN: "failed",
  CSPACE_ROUTES_EMPTY: "failed",
  CSPACE_ROUTES_MIXED: "failed",
  CSPACE_ROUTE_DOWN: "failed",
  CSPACE_ROUTE_DUPLICATE: "usage",
  CSPACE_ROUTE_UNREACHABLE: "usage",
  CSPACE_SETTINGS_INVALID: "usage",
  CSPACE_SETTINGS_UNREADABLE: "failed",
  CSPACE_SLEEP_REFUSED: "failed",
  CSPACE_STATUSLINE_UNKNOWN: "usage",
  CSPACE_UNEXPECTED: "failed",
  CSPACE_USAGE: "usage",
  CSPACE_SUBNET_TAKEN: "failed",
  CSPACE_VERSION_NEWER: "failed",
  CSPACE_WAIT_TIMEOUT: "failed",
  CSPACE_WRITE_FAILED: "failed",
};

/** The exit code for an error's code; one that nobody knows is a failure. */
export function exitCodeOf(code: string): number {
  return exitCodes[Object.hasOwn(exitKinds, code) ? exitKinds[code as ErrorCode] : "failed"];
}
