export type { DaemonClient, Lease } from "./client/daemon-client.ts";
export { endDaemon } from "./client/end-daemon.ts";
export { ensureDaemon } from "./client/ensure-daemon.ts";
export { type FindDaemonOptions, findDaemon, type RunningDaemon } from "./client/find-daemon.ts";
export { type HoldRouteOptions, holdRoute, type RouteHold } from "./client/hold-route.ts";
export { readHeld } from "./client/read-held.ts";
export { refreshDaemon } from "./client/replace-daemon.ts";
export type { DaemonProgram, StartDaemonOptions } from "./client/start-daemon.ts";
export type { DaemonErrorCode } from "./daemon-error-code.ts";
export {
  keepPorts,
  type PreviewDnsPortOptions,
  previewDnsPort,
  setGatewayPorts,
  type WantedPorts,
} from "./gateway/gateway-ports.ts";
export { findPredecessor, type Predecessor } from "./hand-over/take-over.ts";
export {
  type DaemonFailure,
  type DaemonStatus,
  type HandOverRequest,
  type HeldInstance,
  type HeldRoute,
  isOver,
  type LeaseRequest,
  type ProcessRequest,
  protocolVersion,
  type StartRequest,
} from "./protocol.ts";
export { type DaemonView, type RunDaemonOptions, runDaemon } from "./run-daemon.ts";
export { type DaemonPlace, findSocket } from "./socket/find-socket.ts";
