import { homePaths, withLock } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import type { DaemonErrorCode } from "../daemon-error-code.ts";
import { type DaemonStatus, type HandOverRequest, protocolVersion } from "../protocol.ts";
import { findDaemon, type RunningDaemon } from "./find-daemon.ts";
import { ownProgram, type StartDaemonOptions } from "./start-daemon.ts";

/**
 * Lets a daemon of this version go on with what an older one holds, under the lock of the daemon.
 *
 * @throws {CspaceError} `CSPACE_DAEMON_VERSION` when the other one is newer, or cannot hand over; `CSPACE_DAEMON_FAILED`.
 */
export async function replaceDaemon(
  { status, client }: RunningDaemon,
  options: StartDaemonOptions,
): Promise<RunningDaemon> {
  if (status.protocol > protocolVersion) {
    throw otherVersion(
      status,
      "update cspace in this project to that version, or end all with that one: cspace down --all",
    );
  }
  if ((options.platform ?? process.platform) === "win32")
    throw otherVersion(status, "end all first: cspace down --all");
  await client.handOver(successorOf(options));
  const running = await findDaemon({ ...options, stay: true });
  if (running !== undefined && isOurs(running)) return running;
  throw otherVersion(status, "end all first: cspace down --all");
}

/** Lets the daemon, where one runs, read the machine's settings anew: another one goes on with all it holds. */
export async function refreshDaemon(options: StartDaemonOptions = {}): Promise<void> {
  const { env = process.env, platform = process.platform, signal } = options;
  if (platform === "win32" || (await findDaemon(options)) === undefined) return;
  await withLock(
    homePaths({ env }),
    "daemon",
    async () => {
      const running = await findDaemon({ ...options, stay: true });
      if (running === undefined || running.status.protocol > protocolVersion) return;
      await running.client.handOver(successorOf(options));
    },
    { signal },
  );
}

/** Whether a daemon speaks as this version does. */
export const isOurs = ({ status }: RunningDaemon): boolean => status.protocol === protocolVersion;

const successorOf = ({ program = ownProgram(), env = process.env }: StartDaemonOptions): HandOverRequest => ({
  command: [...program, "--take-over"],
  env,
});

function otherVersion({ version, pid }: DaemonStatus, hint: string): CspaceError<DaemonErrorCode> {
  return new CspaceError(
    "CSPACE_DAEMON_VERSION",
    `a daemon of another version of cspace runs (${version}, pid ${pid})`,
    {
      hint,
    },
  );
}
