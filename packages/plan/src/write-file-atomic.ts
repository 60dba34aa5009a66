import { randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { FileOwner } from "./plan.ts";
import { resolveTarget } from "./resolve-target.ts";
import { errorCode, explainSystemError } from "./system-error.ts";

/** Options of {@link writeFileAtomic}. */
export interface WriteFileAtomicOptions {
  /** Permission bits. @default those of the file that is there; for a new one the user's default */
  readonly mode?: number | undefined;
  /** @default that of the file that is there; for a new one this user */
  readonly owner?: FileOwner | undefined;
}

/**
 * Writes a file whole or not at all: into a temporary file of the same directory, flushed to the disk, then renamed. A
 * reader sees the old content or the new one, never a part. A symbolic link stays, and what it leads to is written.
 *
 * @throws `CSPACE_WRITE_FAILED` when the file system refuses (no permission, no space, read-only, no such directory):
 * the old content is whole and the temporary file gone.
 * @example
 * ```ts
 * await writeFileAtomic("/home/ada/.cspace/config.json", "{}\n", { mode: 0o600 });
 * ```
 */
export async function writeFileAtomic(
  path: string,
  content: string,
  options: WriteFileAtomicOptions = {},
): Promise<void> {
  try {
    const target = await resolveTarget(resolve(path));
    const present = await readStats(target);
    const {
      mode = present === undefined ? undefined : present.mode & 0o7777,
      owner = present === undefined ? undefined : { uid: present.uid, gid: present.gid },
    } = options;
    const temporary = join(dirname(target), `.cspace-${randomUUID()}.tmp`);
    try {
      await writeTemporary(temporary, content, { mode, owner });
      await rename(temporary, target);
    } catch (error) {
      // What matters is why the write failed, not that a leftover could not be removed.
      await rm(temporary, { force: true }).catch(() => {});
      throw error;
    }
  } catch (error) {
    throw explainSystemError("CSPACE_WRITE_FAILED", `cannot write ${path}`, error);
  }
}

async function writeTemporary(path: string, content: string, { mode, owner }: WriteFileAtomicOptions): Promise<void> {
  const file = await open(path, "wx", mode === undefined ? 0o666 : 0o600);
  try {
    await file.writeFile(content, "utf8");
    const { uid, gid } = await file.stat();
    if (owner !== undefined && (owner.uid !== uid || owner.gid !== gid)) await file.chown(owner.uid, owner.gid);
    if (mode !== undefined) await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function readStats(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
