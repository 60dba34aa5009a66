import { CspaceError } from "@cspace/errors";
import type { PlanErrorCode } from "./plan-error-code.ts";

/** The `code` of a caught system error (`"EACCES"`, `"ENOENT"`, ...); `undefined` for anything else. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

const words: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EBUSY: "it is in use, perhaps as a mount point",
  EDQUOT: "the disk quota is used up",
  EEXIST: "something else is there",
  EFBIG: "it would be too large",
  EIO: "the device failed",
  EISDIR: "it is a directory",
  ELOOP: "too many symbolic links",
  EMFILE: "too many open files",
  ENAMETOOLONG: "its name is too long",
  ENOENT: "its directory does not exist",
  ENOSPC: "no space is left on the device",
  ENOTDIR: "a part of its path is not a directory",
  ENOTEMPTY: "it is a directory with something in it",
  EPERM: "the operation is not permitted",
  EROFS: "the file system is read-only",
};

const hints: Readonly<Record<string, string>> = {
  EACCES: "check who owns the file and its directory",
  ENOENT: "create the directory first",
  ENOSPC: "free some space and try again",
};

/**
 * Makes a `CspaceError` of what the file system refused; what it does not expect (a mistake of the program) comes back
 * as it is.
 */
export function explainSystemError(code: PlanErrorCode, what: string, error: unknown): unknown {
  const errno = errorCode(error) ?? "";
  const reason = Object.hasOwn(words, errno) ? words[errno] : undefined;
  if (reason === undefined) return error;
  return new CspaceError<PlanErrorCode>(code, `${what}: ${reason}`, { hint: hints[errno], cause: error });
}
