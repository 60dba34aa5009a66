export type { LogOptions } from "./create-log.ts";
export { type AddressQuestion, type FoundAddress, findAddress, type ProcessAddress } from "./find-address.ts";
export { findHostsSetting } from "./find-hosts-setting.ts";
export { findScript } from "./find-script.ts";
export { type FollowPortOptions, followPort } from "./follow-port.ts";
export type { LogLine } from "./log-line.ts";
export { type Listener, parseListenTable } from "./parse-listen-table.ts";
export { type PlanCommandOptions, type PlannedCommand, planCommand } from "./plan-command.ts";
export type { Backoff, RestartPolicy } from "./plan-restart.ts";
export type { ProcessState } from "./process-state.ts";
export type { ProcessesErrorCode } from "./processes-error-code.ts";
export { readListeners } from "./read-listeners.ts";
export { type ReadLogOptions, readLog } from "./read-log.ts";
export type { CallableScripts } from "./read-script-call.ts";
export { readScripts } from "./read-scripts.ts";
export type { WorkspacePackage } from "./read-target.ts";
export { type ProcessUsage, readUsage } from "./read-usage.ts";
export { servesChanges } from "./serves-changes.ts";
export type { ProcessExit, ProcessSockets } from "./start-process.ts";
export { superviseProcess } from "./supervise-process.ts";
export type {
  ProcessHandOver,
  ProcessSpec,
  RunningProcess,
  SupervisedProcess,
  SuperviseProcessOptions,
} from "./supervised-process.ts";
export { type ProcessSystem, thisSystem } from "./system.ts";
