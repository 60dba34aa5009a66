/** The codes of the errors that this package throws. */
export type HostnamesErrorCode =
  | "CSPACE_NAME_EMPTY"
  | "CSPACE_NAME_INVALID"
  | "CSPACE_DOMAIN_INVALID"
  | "CSPACE_HOSTNAME_TOO_LONG"
  | "CSPACE_PORT_INVALID";
