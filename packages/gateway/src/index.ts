export {
  createGateway,
  type FurtherAddress,
  type Gateway,
  type GatewayOptions,
  type Listening,
  type ListenOptions,
} from "./create-gateway.ts";
export type { GatewayErrorCode } from "./gateway-error-code.ts";
export type { GatewayLimits } from "./limits.ts";
export type { BoundAddress } from "./listen/bind-servers.ts";
export type { GatewayRoute } from "./route-table.ts";
