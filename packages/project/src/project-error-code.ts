/** The codes of the errors that this package throws. */
export type ProjectErrorCode =
  | "CSPACE_ENV_UNWRITABLE"
  | "CSPACE_PROJECT_NOT_FOUND"
  | "CSPACE_SETTINGS_INVALID"
  | "CSPACE_SETTINGS_UNREADABLE"
  | "CSPACE_INSTANCE_AMBIGUOUS";
