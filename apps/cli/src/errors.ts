/** Every code that the command line reports beside those of the libraries; `docs/errors.md` explains them all. */
export type CliErrorCode =
  | "CSPACE_CONFIRMATION_NEEDED"
  | "CSPACE_INSTANCE_AMBIGUOUS"
  | "CSPACE_INSTANCE_TAKEN"
  | "CSPACE_INSTANCE_UNKNOWN"
  | "CSPACE_INTERRUPTED"
  | "CSPACE_LABEL_UNKNOWN"
  | "CSPACE_NOT_BUILT"
  | "CSPACE_NO_SERVICES"
  | "CSPACE_PROJECT_NOT_FOUND"
  | "CSPACE_PROXY_STOPPED"
  | "CSPACE_ROUTE_DOWN"
  | "CSPACE_SETTINGS_INVALID"
  | "CSPACE_UNEXPECTED"
  | "CSPACE_USAGE";
