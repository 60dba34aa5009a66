/** Every code that the command line reports beside those of the libraries; `docs/errors.md` explains them all. */
export type CliErrorCode =
  | "CSPACE_CLAUDE_SETTINGS_INVALID"
  | "CSPACE_COMMAND_MISSING"
  | "CSPACE_CONFIRMATION_NEEDED"
  | "CSPACE_DECLINED"
  | "CSPACE_DOMAIN_UNRESOLVED"
  | "CSPACE_INTERRUPTED"
  | "CSPACE_NOT_BUILT"
  | "CSPACE_OUTPUT_FAILED"
  | "CSPACE_STATUSLINE_UNKNOWN"
  | "CSPACE_UNEXPECTED"
  | "CSPACE_USAGE";
