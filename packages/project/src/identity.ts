import { stat } from "node:fs/promises";
import { relative, sep } from "node:path";
import { isMissing } from "./is-missing.ts";
import type { WorkTree } from "./work-tree.ts";

/** A directory that is known again when it was moved, and told from another one that is at its path later. */
export interface DirectoryIdentity {
  /** Absolute and real. */
  readonly path: string;
  /**
   * Stays the same wherever it is moved within its file system; `null` where the file system does not say when a
   * directory was made.
   */
  readonly id: string | null;
}

/** Whose a project is, and where it is. */
export interface ProjectIdentity {
  /** What all its worktrees share: `commonDirectory` of the work tree; without one the project's directory. */
  readonly repository: DirectoryIdentity;
  /** The project's directory; its `id` is that of the work tree, which outlives a change of branch, and the path in it. */
  readonly directory: DirectoryIdentity;
}

/**
 * Whether both are one directory: by their ids where both are known, else by their paths. Pure.
 *
 * @example
 * ```ts
 * isSameDirectory({ path: "/src/shop", id: "7-a" }, { path: "/src/shop-2", id: "7-a" }); //=> true
 * isSameDirectory({ path: "/src/shop", id: "7-a" }, { path: "/src/shop", id: "9-c" }); //=> false
 * isSameDirectory({ path: "/src/shop", id: "7-a" }, { path: "/src/shop", id: null }); //=> true
 * ```
 */
export function isSameDirectory(a: DirectoryIdentity, b: DirectoryIdentity): boolean {
  return a.id !== null && b.id !== null ? a.id === b.id : a.path === b.path;
}

/** Whether a directory is still where it was: neither gone, nor another one that was made at its path. */
export async function isPresent({ path, id }: DirectoryIdentity): Promise<boolean> {
  const now = await readDirectoryId(path);
  if (now === undefined) return false;
  return isSameDirectory({ path, id }, { path, id: now });
}

/** Reads what identifies the project in `directory`, whose work tree, if it has one, begins at `root`. */
export async function readIdentity(
  directory: string,
  root: string | null,
  workTree: Pick<WorkTree, "commonDirectory"> | null,
): Promise<ProjectIdentity> {
  const top = root ?? directory;
  const path = workTree?.commonDirectory ?? directory;
  const [topId = null, id = null] = await Promise.all([
    readDirectoryId(top),
    path === top ? null : readDirectoryId(path),
  ]);
  const inside = relative(top, directory).split(sep).join("/");
  return {
    repository: { path, id: path === top ? topId : id },
    directory: { path: directory, id: topId === null || inside === "" ? topId : `${topId}/${inside}` },
  };
}

/**
 * The number of a directory's inode and when that was made: a number is given again after a directory was removed.
 *
 * Where the file system does not say the time, it is 0, and the answer `null`; `undefined` where nothing is.
 * Source: https://nodejs.org/docs/latest-v20.x/api/fs.html#stat-time-values
 */
async function readDirectoryId(path: string): Promise<string | null | undefined> {
  try {
    const { ino, birthtimeNs } = await stat(path, { bigint: true });
    return birthtimeNs <= 0n ? null : `${ino.toString(36)}-${birthtimeNs.toString(36)}`;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
