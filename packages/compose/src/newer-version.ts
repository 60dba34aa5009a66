import { CspaceError } from "@cspace/errors";
import type { ComposeErrorCode } from "./errors.ts";

/** Whether a contract of this version is older than that of what was found; the versions are whole numbers. */
export function isNewer(found: unknown, known: string): boolean {
  return Number(found) > Number(known);
}

/** The error for something that a newer version of cspace made, in a way that this one does not know. */
export function newerVersion(what: string): CspaceError<ComposeErrorCode> {
  return new CspaceError(
    "CSPACE_VERSION_NEWER",
    `${what} is of a newer version of cspace, and this one does not know how it is made`,
    {
      hint: "update this one: npm install --save-dev @cspace/cli@latest, or with --global where it is installed so",
    },
  );
}
