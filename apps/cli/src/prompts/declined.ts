import { CspaceError } from "@cspace/errors";
import type { CliErrorCode } from "../errors.ts";

/** The error for a question that was answered with no. */
export function declined(): CspaceError<CliErrorCode> {
  return new CspaceError("CSPACE_DECLINED", "nothing is changed, as you answered no");
}
