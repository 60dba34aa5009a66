/** Every code that this package throws in a `CspaceError`. */
export type ProcessesErrorCode =
  | "CSPACE_PROCESS_EXITED"
  | "CSPACE_PROCESS_PORT_TAKEN"
  | "CSPACE_PROCESS_SILENT"
  | "CSPACE_PROCESS_START_FAILED"
  | "CSPACE_PROCESS_STUCK";
