/** The codes of the errors that this package throws; those of `@cspace/hostnames` pass through it. */
export type LabelsErrorCode =
  | "CSPACE_ROUTES_EMPTY"
  | "CSPACE_ROUTES_MIXED"
  | "CSPACE_ROUTE_DUPLICATE"
  | "CSPACE_PORT_INVALID"
  | "CSPACE_LABEL_OPTION_INVALID";
