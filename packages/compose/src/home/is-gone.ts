import { statSync } from "node:fs";

/**
 * Whether there is nothing at a path, such as a directory that was removed or moved. One that this user may not look
 * into is not gone.
 */
export function isGone(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOTDIR") return true;
    if (code === "EACCES" || code === "EPERM") return false;
    throw error;
  }
}
