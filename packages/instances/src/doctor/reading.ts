import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { HomePaths } from "@cspace/compose";
import type { Failure } from "@cspace/doctor";
import { isCspaceError } from "@cspace/errors";
import type { Context } from "../options.ts";

/** Who reads, and for how long each question may take, in milliseconds. */
export interface Reading {
  readonly context: Context;
  readonly paths: HomePaths;
  readonly timeoutMs: number;
}

/** An error in the words of whoever failed. */
export const failureOf = (error: unknown): Failure =>
  isCspaceError(error)
    ? { code: error.code, message: error.message, hint: error.hint ?? null }
    : { code: "CSPACE_UNEXPECTED", message: (error as Error).message, hint: null };

/** A folder, or the nearest above it that exists. */
export function nearestFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestFolder(dirname(path));
}

/** Bytes that are free on the disk of a path; `null`: nobody knows. */
export async function readFreeBytes(path: string): Promise<number | null> {
  const disk = await statfs(path).catch(() => undefined);
  return disk === undefined ? null : disk.bavail * disk.bsize;
}
