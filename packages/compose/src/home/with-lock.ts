import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CspaceError } from "@cspace/errors";
import type { ComposeErrorCode } from "../errors.ts";
import type { HomePaths } from "./home-paths.ts";

/** Options of {@link withLock}. */
export interface WithLockOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long to wait for another process, in milliseconds. @default 3_600_000 */
  readonly timeoutMs?: number;
}

/**
 * Runs `work` while no other process of this home holds the lock `name`. A holder that died is forgotten after 10 s.
 *
 * A process that was asleep for longer (Ctrl-Z, a suspended machine) may find its lock taken by another: then this
 * rejects at once, and what `work` goes on to do must not be relied on.
 *
 * @throws {CspaceError} `CSPACE_LOCK_TIMEOUT` when it stays held; `CSPACE_LOCK_LOST` when another took it meanwhile;
 * `CSPACE_HOME_UNWRITABLE` when the home cannot be written.
 */
export async function withLock<T>(
  paths: HomePaths,
  name: string,
  work: () => Promise<T>,
  options: WithLockOptions = {},
): Promise<T> {
  const { signal, timeoutMs = 3_600_000 } = options;
  const file = join(paths.run, name);
  await makeFolder(paths.run);
  // Loaded on first use: where nothing needs to change, nothing is locked.
  const { lock } = await import("proper-lockfile");
  const deadline = Date.now() + timeoutMs;
  let held = true;
  let onCompromised: (cause: Error) => void = () => undefined;
  const lost = new Promise<never>((_, reject) => {
    onCompromised = (cause) => {
      held = false;
      reject(
        new CspaceError<ComposeErrorCode>("CSPACE_LOCK_LOST", `another cspace took ${file}.lock while this one slept`, {
          hint: "run the command again",
          cause,
        }),
      );
    };
  });
  let release: (() => Promise<void>) | undefined;
  while (release === undefined) {
    signal?.throwIfAborted();
    try {
      release = await lock(file, { realpath: false, stale: 10_000, update: 2_000, onCompromised });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EACCES" || code === "EROFS") throw homeUnusable(paths.home, error);
      if (code !== "ELOCKED") throw error;
      if (Date.now() > deadline) {
        throw new CspaceError<ComposeErrorCode>("CSPACE_LOCK_TIMEOUT", `another cspace holds ${file}.lock`, {
          hint: `wait for it to end; if none runs, remove ${file}.lock`,
          cause: error,
        });
      }
      await new Promise((done) => setTimeout(done, 20 + Math.random() * 40));
    }
  }
  try {
    return await Promise.race([work(), lost]);
  } finally {
    if (held) await release();
  }
}

/** Makes a folder that only its user may enter, with its parents. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw homeUnusable(path, cause);
  }
}

/** The folder itself, or the one above it that is there. */
function nearest(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearest(dirname(path));
}

/** The error for a home that this user cannot work in; mostly `sudo` made it. */
export function homeUnusable(path: string, cause: unknown): CspaceError<ComposeErrorCode> {
  return new CspaceError("CSPACE_HOME_UNWRITABLE", `${path} cannot be used: ${(cause as Error).message}`, {
    hint: `make it yours (sudo chown -R "$USER" ${nearest(path)}), or set CSPACE_HOME to another folder`,
    cause,
  });
}
