export type { RouteTraffic } from "./client/traffic.ts";
export {
  createGateway,
  type Gateway,
  type GatewayOptions,
  type GatewaySocket,
  type Listening,
  type ListenOptions,
} from "./create-gateway.ts";
export type { GatewayErrorCode } from "./gateway-error-code.ts";
export type { GatewayLimits } from "./limits.ts";
export type { Wildcard } from "./listen/bind-loopback.ts";
export type { BoundAddress } from "./listen/bind-servers.ts";
export type { FurtherAddress } from "./listen/listen-http.ts";
export { type PageDocument, renderDocument } from "./pages/render-document.ts";
export type { GatewayRoute, InternalService } from "./route-table.ts";
export type { GatewayCertificate } from "./tls/certificates.ts";
