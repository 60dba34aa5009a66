export { type Check, type CheckStatus, type Fix, firstFinding } from "./check.ts";
export {
  judgeDaemon,
  judgeEngine,
  judgeHome,
  judgeHosts,
  judgeNames,
  judgePrograms,
  judgeProxyVariables,
  judgeTrust,
} from "./machine/judge-machine.ts";
export { judgeProxy } from "./machine/judge-proxy.ts";
export type {
  DaemonEvidence,
  EngineEvidence,
  Failure,
  HomeEvidence,
  HostsEvidence,
  NamesEvidence,
  ProgramsEvidence,
  ProxyEvidence,
  ProxyVariablesEvidence,
  TrustEvidence,
} from "./machine/machine-evidence.ts";
export { judgeRoute } from "./route/judge-route.ts";
export type { RouteEvidence } from "./route/route-evidence.ts";
