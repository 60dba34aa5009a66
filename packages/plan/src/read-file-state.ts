import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { CspaceError } from "@cspace/errors";
import type { FileOwner } from "./plan.ts";
import type { PlanErrorCode } from "./plan-error-code.ts";
import { resolveTarget } from "./resolve-target.ts";
import { errorCode, explainSystemError } from "./system-error.ts";

/** What stands at a path. A file that cannot be read has no state: nothing may be planned from it. */
export type FileState =
  | {
      readonly kind: "missing";
      readonly path: string;
      /** Where a symbolic link at `path` leads; else `path`. */
      readonly target: string;
    }
  | {
      readonly kind: "file";
      readonly path: string;
      /** Where a symbolic link at `path` leads; else `path`. */
      readonly target: string;
      readonly content: string;
      /** Permission bits. */
      readonly mode: number;
      readonly owner: FileOwner;
    };

/**
 * Reads a text file whole, or says that there is none. Only "no such file" counts as missing.
 *
 * @throws `CSPACE_FILE_UNREADABLE` when something is there that cannot be read back byte for byte: no permission, a
 * directory or device, links in a circle, bytes that are not UTF-8.
 * @example
 * ```ts
 * await readFileState("/etc/resolver/cspace.local");
 * //=> { kind: "missing", path: "/etc/resolver/cspace.local", target: "/etc/resolver/cspace.local" }
 * ```
 */
export async function readFileState(path: string): Promise<FileState> {
  const absolute = resolve(path);
  try {
    const target = await resolveTarget(absolute);
    const file = await readTarget(path, target);
    if (file === undefined) return { kind: "missing", path: absolute, target };
    return { kind: "file", path: absolute, target, ...file };
  } catch (error) {
    throw explainSystemError("CSPACE_FILE_UNREADABLE", `cannot read ${path}`, error);
  }
}

async function readTarget(
  path: string,
  target: string,
): Promise<{ content: string; mode: number; owner: FileOwner } | undefined> {
  try {
    // Asked before it is opened: opening a pipe waits for its writer.
    const stats = await stat(target);
    if (stats.isDirectory()) throw unreadable(path, "it is a directory");
    if (!stats.isFile()) throw unreadable(path, "it is not a regular file");
    const content = decode(path, await readFile(target));
    return { content, mode: stats.mode & 0o7777, owner: { uid: stats.uid, gid: stats.gid } };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

// `ignoreBOM` keeps a byte order mark in the text, so that it is written back.
function decode(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (errorCode(error) === "ERR_ENCODING_INVALID_ENCODED_DATA") throw unreadable(path, "it is not UTF-8 text");
    throw error;
  }
}

function unreadable(path: string, reason: string): CspaceError<PlanErrorCode> {
  return new CspaceError("CSPACE_FILE_UNREADABLE", `cannot read ${path}: ${reason}`, {
    hint: "move it away, or choose another path",
  });
}
