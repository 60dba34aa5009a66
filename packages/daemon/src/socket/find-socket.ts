import { lstat } from "node:fs/promises";
import { dirname } from "node:path";
import { homePaths } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import type { DaemonErrorCode } from "../daemon-error-code.ts";
import { daemonSocket } from "./daemon-socket.ts";

/** Whose daemon is meant: that of the home which the environment names. */
export interface DaemonPlace {
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** @default process.platform */
  readonly platform?: NodeJS.Platform | undefined;
}

/**
 * Where the daemon of this home listens, or is to listen.
 *
 * @throws {CspaceError} `CSPACE_DAEMON_FAILED` when its folder is one that everybody may make, and somebody else has.
 */
export async function findSocket({
  env = process.env,
  platform = process.platform,
}: DaemonPlace = {}): Promise<string> {
  const paths = homePaths({ env });
  const uid = process.getuid?.() ?? 0;
  const socket = daemonSocket(paths, { platform, uid });
  const folder = dirname(socket);
  if (platform === "win32" || folder === paths.run) return socket;
  const found = await lstat(folder).catch(() => undefined);
  const isOurs = found === undefined || (found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0);
  if (isOurs) return socket;
  throw new CspaceError<DaemonErrorCode>("CSPACE_DAEMON_FAILED", `${folder} is not a folder of this user alone`, {
    hint: "remove it, or set CSPACE_HOME to a shorter path, of less than 80 bytes",
  });
}
