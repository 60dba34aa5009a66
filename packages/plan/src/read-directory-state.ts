import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { CspaceError } from "@cspace/errors";
import type { FileOwner } from "./plan.ts";
import type { PlanErrorCode } from "./plan-error-code.ts";
import { errorCode, explainSystemError } from "./system-error.ts";

/** Whether a directory is there. */
export type DirectoryState =
  | { readonly kind: "missing"; readonly path: string }
  | {
      readonly kind: "directory";
      readonly path: string;
      /** Permission bits. */
      readonly mode: number;
      readonly owner: FileOwner;
    };

/**
 * Says whether a directory is there; a symbolic link to one is one.
 *
 * @throws `CSPACE_FILE_UNREADABLE` when something else is there, or nobody can tell.
 * @example
 * ```ts
 * await readDirectoryState("/etc/resolver"); //=> { kind: "missing", path: "/etc/resolver" }
 * ```
 */
export async function readDirectoryState(path: string): Promise<DirectoryState> {
  const absolute = resolve(path);
  try {
    const stats = await stat(absolute);
    if (stats.isDirectory()) {
      const owner = { uid: stats.uid, gid: stats.gid };
      return { kind: "directory", path: absolute, mode: stats.mode & 0o7777, owner };
    }
  } catch (error) {
    if (errorCode(error) === "ENOENT") return { kind: "missing", path: absolute };
    throw explainSystemError("CSPACE_FILE_UNREADABLE", `cannot read ${path}`, error);
  }
  throw new CspaceError<PlanErrorCode>("CSPACE_FILE_UNREADABLE", `cannot read ${path}: it is not a directory`, {
    hint: "move it away, or choose another path",
  });
}
