/** Every code that this package throws in a `CspaceError`. */
export type GatewayErrorCode =
  | "CSPACE_ADDRESS_ABSENT"
  | "CSPACE_CERTIFICATE_REFUSED"
  | "CSPACE_GATEWAY_CLOSED"
  | "CSPACE_PEERS_INVALID"
  | "CSPACE_PORT_DENIED"
  | "CSPACE_PORT_INVALID"
  | "CSPACE_PORT_TAKEN"
  | "CSPACE_ROUTE_DUPLICATE";
