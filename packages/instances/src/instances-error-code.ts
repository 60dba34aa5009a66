/** Every code that `@cspace/instances` throws, beside those of the packages that it stands on. */
export type InstancesErrorCode =
  | "CSPACE_CONFIRMATION_NEEDED"
  | "CSPACE_INSTANCE_AMBIGUOUS"
  | "CSPACE_INSTANCE_TAKEN"
  | "CSPACE_INSTANCE_UNKNOWN"
  | "CSPACE_LABEL_UNKNOWN"
  | "CSPACE_NOT_VERIFIED"
  | "CSPACE_NO_SERVICES"
  | "CSPACE_PROJECT_NOT_FOUND"
  | "CSPACE_PROXY_STOPPED"
  | "CSPACE_ROUTE_DOWN"
  | "CSPACE_SETTINGS_INVALID";
