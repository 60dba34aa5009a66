import type { InstanceRecord } from "@cspace/compose";
import {
  type Checkout,
  type DirectoryIdentity,
  isSameDirectory,
  type ProjectIdentity,
  readCheckout,
} from "@cspace/project";

/** What tells whose an instance is. */
export type Owned = Pick<InstanceRecord, "directory" | "directoryId" | "repository" | "repositoryId">;

/** Whose an instance is: of a project's repository, of another one, or nothing tells. */
export type Owner = "own" | "other" | "unknown";

const identity = (path: string, id: string | undefined): DirectoryIdentity => ({ path, id: id ?? null });

/** The fields of a record that identify a project. */
export function recordOf({ directory, repository }: ProjectIdentity): Owned {
  return {
    directory: directory.path,
    directoryId: directory.id ?? undefined,
    repository: repository.path,
    repositoryId: repository.id ?? undefined,
  };
}

/** Whether an instance was started from a project's directory, wherever that was then. */
export function isOfDirectory(one: Owned, project: { readonly identity: ProjectIdentity }): boolean {
  return isSameDirectory(identity(one.directory, one.directoryId), project.identity.directory);
}

/**
 * Reads whose an instance is: by what was recorded when it was started, else by what its directory is now. Nothing tells
 * where there is no record of it and the directory is gone.
 */
export async function readOwner(one: Owned, project: { readonly identity: ProjectIdentity }): Promise<Owner> {
  const { repository } = project.identity;
  if (isOfDirectory(one, project)) return "own";
  const recorded = one.repository === undefined ? undefined : identity(one.repository, one.repositoryId);
  if (recorded !== undefined && isSameDirectory(recorded, repository)) return "own";
  // A directory may have got a repository since.
  const now = await readOwnCheckout(one);
  if (now !== null && now !== "unreadable")
    return isSameDirectory(now.identity.repository, repository) ? "own" : "other";
  return recorded === undefined ? "unknown" : "other";
}

/** Whether the directory of an instance is still there, and not another one that was made at its path. */
export async function isThere(one: Owned): Promise<boolean> {
  return (await readOwnCheckout(one)) !== null;
}

/** Reads what is checked out in the directory of an instance; `null` where that is gone, or another one is at its path. */
export async function readOwnCheckout(one: Owned): Promise<Checkout | "unreadable" | null> {
  if (one.directory === "") return null;
  try {
    const now = await readCheckout(one.directory);
    return now !== null && isOfDirectory(one, now) ? now : null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EACCES" || code === "EPERM") return "unreadable";
    throw error;
  }
}
