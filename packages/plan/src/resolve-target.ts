import { readlink, realpath } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { errorCode } from "./system-error.ts";

const maxLinks = 40;

/**
 * Where a write to `path` must go: through every symbolic link at its end, also one that leads to nothing yet. A path
 * that is no link comes back as it is.
 *
 * @throws the system's error: `ELOOP` for links in a circle, `EACCES`, `ENOTDIR`, ...
 */
export async function resolveTarget(path: string): Promise<string> {
  let target = path;
  for (let count = 0; count <= maxLinks; count += 1) {
    const link = await readLink(target);
    if (link === undefined) return target;
    target = resolve(await realpath(dirname(target)), link);
  }
  throw Object.assign(new Error(`ELOOP: too many symbolic links at ${path}`), { code: "ELOOP" });
}

/** `EINVAL` (on Windows also `UNKNOWN`) is a file that is no link. */
async function readLink(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    if (["ENOENT", "EINVAL", "UNKNOWN"].includes(errorCode(error) ?? "")) return undefined;
    throw error;
  }
}
