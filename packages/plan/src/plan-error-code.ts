/** Every code that this package throws in a `CspaceError`. */
export type PlanErrorCode =
  | "CSPACE_ELEVATION_FAILED"
  | "CSPACE_FILE_UNREADABLE"
  | "CSPACE_PLAN_DUPLICATE"
  | "CSPACE_PLAN_FAILED"
  | "CSPACE_PLAN_NEEDS_ROOT"
  | "CSPACE_PLAN_STALE"
  | "CSPACE_PLAN_UNSUPPORTED"
  | "CSPACE_WRITE_FAILED";
