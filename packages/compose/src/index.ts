export { connectEngine } from "./engine/connect-engine.ts";
export type {
  ContainerUsage,
  DockerEngine,
  EngineContainer,
  EngineContainerDetail,
  EngineDiskUsage,
  EngineImage,
  EngineListOptions,
  EngineLogStream,
  EngineNetwork,
} from "./engine/docker-engine.ts";
export { engineStep } from "./engine/engine-step.ts";
export { listPublished } from "./engine/list-published.ts";
export { type ConnectEngineOptions, type EngineReader, openEngineReader } from "./engine/open-engine-reader.ts";
export { readClientProxy } from "./engine/read-client-proxy.ts";
export {
  followContainerLogs,
  type LogLine,
  type ReadContainerLogsOptions,
  readContainerLogs,
} from "./engine/read-container-logs.ts";
export { type EngineContext, readContexts } from "./engine/read-contexts.ts";
export { type ResolveEndpointOptions, readEndpointSource, resolveEndpoint } from "./engine/resolve-endpoint.ts";
export {
  type CreateComposeRunnerOptions,
  composeEnvironment,
  createComposeRunner,
  oldestCompose,
  type RunCompose,
  type RunComposeOptions,
  requireCompose,
} from "./engine/run-compose.ts";
export { runInContainer } from "./engine/run-in-container.ts";
export { snapshotEngine } from "./engine/snapshot-engine.ts";
export type { ComposeErrorCode } from "./errors.ts";
export { type HomePaths, type HomePathsOptions, homePaths } from "./home/home-paths.ts";
export { isGone } from "./home/is-gone.ts";
export {
  defaultMachineConfig,
  type MachineConfig,
  planMachineConfig,
  readMachineConfig,
  writeMachineConfig,
} from "./home/machine-config.ts";
export { type Made, readMade, recordMade } from "./home/made.ts";
export {
  type NamedProject,
  readNamedProject,
  readNamedProjects,
  writeNamedProject,
} from "./home/project-names.ts";
export { previewHomeRemoval, removeHome } from "./home/remove-home.ts";
export { makeFolder, type WithLockOptions, withLock } from "./home/with-lock.ts";
export { type AppliedInstance, type ApplyInstanceOptions, applyInstance } from "./instance/apply-instance.ts";
export { serviceOf } from "./instance/container-state.ts";
export {
  affectedBy,
  type ContainerAction,
  type ControlContainersOptions,
  controlContainers,
} from "./instance/control-containers.ts";
export { explainContainers } from "./instance/explain-containers.ts";
export {
  forgetInstance,
  instanceFolder,
  modelPath,
  overridePath,
  type RecordedInstance,
  readAllRecords,
  readRecordedInstances,
  readRecords,
  writeRecord,
} from "./instance/instance-record.ts";
export { keepRunning } from "./instance/keep-running.ts";
export {
  type ListContainerInstancesOptions,
  type ListedInstance,
  type ListedPort,
  type ListedRoute,
  type ListedService,
  listContainerInstances,
  type PortBinding,
} from "./instance/list-container-instances.ts";
export type { OverrideOptions } from "./instance/override-source.ts";
export { imagesOf } from "./instance/plan-images.ts";
export {
  type InstancePlan,
  type PlanInstanceOptions,
  type PlannedRoute,
  planInstance,
  type ServiceOverride,
} from "./instance/plan-instance.ts";
export { rootsFiles, rootsVariable, type ServiceTrust } from "./instance/plan-trust.ts";
export { type PreviewInstanceOptions, previewInstance } from "./instance/preview-instance.ts";
export { previewRemoval } from "./instance/preview-removal.ts";
export type { InstanceRecord } from "./instance/record.ts";
export { isImageOf, type RemoveContainersOptions, removeContainers } from "./instance/remove-containers.ts";
export { type ContainerSettings, coreService, coreWorkdir, renderCore } from "./instance/render-core.ts";
export { renderOverride } from "./instance/render-override.ts";
export { createStepRunner, type OnStep, type Step, type StepRunner } from "./instance/run-steps.ts";
export { markRunning, readMarkedRunning, unmarkRunning } from "./instance/running-mark.ts";
export {
  mergeSelection,
  readSelection,
  type Selection,
  selectionVariables,
  writeSelection,
} from "./instance/selection.ts";
export { listInstanceContainers, requireNoFailure } from "./instance/wait-for-instance.ts";
export { type EngineErrorCode, isEngineError } from "./is-engine-error.ts";
export {
  type ComposeModel,
  type ComposeNetwork,
  type ComposeService,
  composeArguments,
  type ReadComposeModelOptions,
  readComposeModel,
  servicePorts,
} from "./model/compose-model.ts";
export { type KeptModel, type ReadKeptModelOptions, readKeptModel } from "./model/read-kept-model.ts";
export { readMountedTexts } from "./model/read-mounted-texts.ts";
export { type AllocateSubnetsOptions, allocateSubnets, subnetsOf } from "./networks/allocate-subnets.ts";
export { attachProxy } from "./networks/apply-attachments.ts";
export { sameSlug } from "./networks/ensure-project-network.ts";
export { type Attachment, type AttachmentState, planAttachments } from "./networks/plan-attachments.ts";
export { freeSubnets, hostAddress, type NetworkPool, parsePool } from "./networks/subnets.ts";
export { isNewer, newerVersion } from "./newer-version.ts";
export {
  ensureCatchAll,
  findGatewayAddress,
  type GatewayAddress,
  hasCatchAll,
  removeCatchAll,
  renderCatchAll,
} from "./proxy/catch-all.ts";
export { portCandidates } from "./proxy/choose-proxy-ports.ts";
export { type EnsuredProxy, type EnsureProxyOptions, ensureProxy } from "./proxy/ensure-proxy.ts";
export { arePinned, type Pin, pinHosts } from "./proxy/pin-hosts.ts";
export { type PreviewProxyOptions, previewPorts, previewProxy } from "./proxy/preview-proxy.ts";
export { previewProxyRemoval } from "./proxy/preview-proxy-removal.ts";
export { type ProxyState, readProxyState } from "./proxy/proxy-state.ts";
export { type AnsweringPorts, readAnsweringPorts } from "./proxy/read-answering-ports.ts";
export { type PortConflict, type ProxyPorts, readPortConflict } from "./proxy/read-port-conflict.ts";
export { openProxyTraffic, type ProxyTraffic, type TrafficReader } from "./proxy/read-proxy-traffic.ts";
export { type ReadyProxy, readReadyProxy } from "./proxy/read-ready-proxy.ts";
export { type ProxyFile, type ProxyStack, type ProxyStackInput, planProxy, renderProxy } from "./proxy/render-proxy.ts";
export { type ServeCertificatesOptions, serveCertificates } from "./proxy/serve-certificates.ts";
export { type StopProxyOptions, stopProxy } from "./proxy/stop-proxy.ts";
export { dnsContainer, proxyContainer, proxyImages, proxyProject, proxySpec } from "./proxy-names.ts";
export { type Activity, marksOf, type ReadActivityOptions, readContainerActivity } from "./sleep/read-activity.ts";
export { type SleepContainersOptions, sleepContainers } from "./sleep/sleep-containers.ts";
export {
  dropSleep,
  forgetSleep,
  type IdlePolicy,
  readIdlePolicies,
  readIdlePolicy,
  readSleep,
  readSleeps,
  type SleeperNames,
  type SleepForm,
  type SleepingRoute,
  type SleepRecord,
  writeIdlePolicy,
} from "./sleep/sleep-record.ts";
export { type WakeContainersOptions, wakeContainers } from "./sleep/wake-containers.ts";
