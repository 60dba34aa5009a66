export { connectEngine, type ConnectEngineOptions } from "./engine/connect-engine.ts";
export type {
  DockerEngine,
  EngineContainer,
  EngineContainerDetail,
  EngineListOptions,
  EngineLogStream,
  EngineNetwork,
} from "./engine/docker-engine.ts";
export { type LogLine, readLogs, type ReadLogsOptions } from "./engine/read-logs.ts";
export { resolveEndpoint, type ResolveEndpointOptions } from "./engine/resolve-endpoint.ts";
export {
  createComposeRunner,
  type CreateComposeRunnerOptions,
  oldestCompose,
  requireCompose,
  type RunCompose,
  type RunComposeOptions,
} from "./engine/run-compose.ts";
export type { ComposeErrorCode } from "./errors.ts";
export { homePaths, type HomePaths, type HomePathsOptions } from "./home/home-paths.ts";
export {
  defaultMachineConfig,
  type MachineConfig,
  readMachineConfig,
  writeMachineConfig,
} from "./home/machine-config.ts";
export { makeFolder, withLock, type WithLockOptions } from "./home/with-lock.ts";
export {
  type AppliedInstance,
  applyInstance,
  type ApplyInstanceOptions,
  type OnStep,
  type Step,
} from "./instance/apply-instance.ts";
export {
  type ComposeModel,
  type ComposeNetwork,
  type ComposeService,
  readComposeModel,
  type ReadComposeModelOptions,
  servicePorts,
} from "./instance/compose-model.ts";
export { instanceFolder, readRecords, writeOverride } from "./instance/instance-record.ts";
export {
  type ListedInstance,
  type ListedPort,
  type ListedRoute,
  listInstances,
  type ListInstancesOptions,
  type PortBinding,
} from "./instance/list-instances.ts";
export {
  type InstancePlan,
  type PlannedRoute,
  planInstance,
  type PlanInstanceOptions,
  type ServiceOverride,
} from "./instance/plan-instance.ts";
export {
  previewInstance,
  type PreviewInstanceOptions,
  previewProxy,
  previewProxyRemoval,
  previewRemoval,
} from "./instance/preview.ts";
export { removeInstance, type RemoveInstanceOptions } from "./instance/remove-instance.ts";
export { type ContainerSettings, coreService, coreWorkdir, renderCore } from "./instance/render-core.ts";
export { type InstanceRecord, renderOverride, renderRecord } from "./instance/render-override.ts";
export { listInstanceContainers, requireNoFailure } from "./instance/wait-for-instance.ts";
export { allocateSubnets, type AllocateSubnetsOptions } from "./networks/allocate-subnets.ts";
export { attachProxy, proxyContainer } from "./networks/apply-attachments.ts";
export { sameSlug } from "./networks/ensure-project-network.ts";
export { type Attachment, type AttachmentState, planAttachments } from "./networks/plan-attachments.ts";
export { freeSubnets, type NetworkPool, parsePool } from "./networks/subnets.ts";
export { type EnsuredProxy, ensureProxy, type EnsureProxyOptions } from "./proxy/ensure-proxy.ts";
export { dnsContainer, type ProxyState, readProxyState } from "./proxy/proxy-state.ts";
export { proxyImages, proxyProject, type ProxyStack, type ProxyStackInput, renderProxy } from "./proxy/render-proxy.ts";
export { stopProxy, type StopProxyOptions } from "./proxy/stop-proxy.ts";
