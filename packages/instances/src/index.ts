export { type CreateAnswerOptions, createAnswer } from "./answer/create-answer.ts";
export { isOfDirectory } from "./choose/ownership.ts";
export { type ReserveInstanceOptions, reserveInstance } from "./choose/reserve-instance.ts";
export { type PlanComposeOptions, planCompose, readComposeVariables } from "./compose/plan-compose.ts";
export type { AskedSelection } from "./compose/read-asked.ts";
export { describeInstance } from "./describe/describe-instance.ts";
export { askAbout } from "./describe/describe-listed.ts";
export { type FindRouteOptions, findRoute } from "./describe/find-route.ts";
export { type ListInstancesOptions, listInstances } from "./describe/list-instances.ts";
export { listPorts } from "./describe/list-ports.ts";
export { type MachineInstance, type MachineRoute, mergeInstances } from "./describe/merge-instances.ts";
export { tellAsleep } from "./describe/tell-asleep.ts";
export { type VerifyInstanceOptions, verifyInstance } from "./describe/verify-instance.ts";
export { type ExamineMachineOptions, examineMachine } from "./doctor/examine-machine.ts";
export { type ExamineRoutesOptions, examineRoutes } from "./doctor/examine-route.ts";
export type {
  Garbage,
  GarbageDocument,
  Instance,
  InstanceDocument,
  InstanceStats,
  InstancesDocument,
  Port,
  ProxyReport,
  Route,
} from "./documents.ts";
export { planRemoval } from "./down/plan-removal.ts";
export { type RemoveInstanceOptions, removeInstance, removeInstances } from "./down/remove-instance.ts";
export { readEnvironment } from "./environment/read-environment.ts";
export { readServiceEnvironments, type ServiceEnvironment } from "./environment/read-service-environment.ts";
export { type ExecPlan, type PlanExecOptions, planExec } from "./exec/plan-exec.ts";
export { type CollectGarbageOptions, collectGarbage } from "./gc/collect-garbage.ts";
export { mentionGarbage, readMention } from "./gc/mention-garbage.ts";
export { readSecure } from "./https/read-secure.ts";
export { renewHttps } from "./https/renew-https.ts";
export { type AskedIdentity, type AskIdentityOptions, askIdentity } from "./identity/ask-identity.ts";
export type { Identity } from "./identity/identity.ts";
export { type IdentifyHostnameOptions, identifyHostname } from "./identity/read-identity.ts";
export type { InstancesErrorCode } from "./instances-error-code.ts";
export { type LeaseRouteOptions, leaseRoute, type RouteLease } from "./lease/lease-route.ts";
export type { ForegroundPlan } from "./lease/plan-foreground.ts";
export {
  type ControlInstanceOptions,
  controlInstance,
  type InstanceAction,
  planControl,
} from "./life/control-instance.ts";
export { sleepInstance, type WakeInstanceOptions, wakeInstance } from "./life/sleep-instance.ts";
export {
  type RestoredInstances,
  type RestoreInstancesOptions,
  restoreInstances,
} from "./login/restore-instances.ts";
export {
  followLogs,
  type LogLine,
  type LogSource,
  type OpenLogsOptions,
  openLogs,
  type ReadLogsOptions,
} from "./logs/open-logs.ts";
export { printable } from "./logs/printable.ts";
export type { Machine } from "./machine/open-engine.ts";
export { type Host, openHost } from "./machine/open-host.ts";
export { type HostDns, type ReadHostDnsOptions, readHostDns } from "./names/read-host-dns.ts";
export { type OpenedInstance, type OpenInstanceOptions, openInstance } from "./open/open-instance.ts";
export type { InstanceOptions } from "./options.ts";
export { openPage } from "./page/open-page.ts";
export { type ProjectProposal, proposeProject } from "./propose-project.ts";
export { describeProxy } from "./proxy/describe-proxy.ts";
export { noteOldUrls } from "./proxy/note-old-urls.ts";
export { openProxyLogs } from "./proxy/open-proxy-logs.ts";
export { planProxyStart, type StartProxyOptions, startProxy } from "./proxy/start-proxy.ts";
export { planProxyStop, type StoppedProxy, stopProxy } from "./proxy/stop-proxy.ts";
export {
  planRemoveEverything,
  type Removal,
  type RemoveEverythingOptions,
  removeEverything,
} from "./uninstall/remove-everything.ts";
export { adoptInstance } from "./up/adopt-instance.ts";
export { planStart } from "./up/plan-start.ts";
export { type StartInstanceOptions, startInstance } from "./up/start-instance.ts";
export { type Verification, type VerifyRouteOptions, verifyRoute } from "./verify/verify-route.ts";
