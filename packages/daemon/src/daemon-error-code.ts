/** Every code that `@cspace/daemon` throws, beside those of the packages that it stands on. */
export type DaemonErrorCode =
  | "CSPACE_DAEMON_FAILED"
  | "CSPACE_DAEMON_REPLACED"
  | "CSPACE_DAEMON_SILENT"
  | "CSPACE_DAEMON_VERSION"
  | "CSPACE_LABEL_TAKEN"
  | "CSPACE_SLEEP_REFUSED";
