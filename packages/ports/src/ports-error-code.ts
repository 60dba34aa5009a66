/** Every code that this package throws in a `CspaceError`. */
export type PortsErrorCode = "CSPACE_NO_FREE_PORT";
