import { homePaths, withLock } from "@cspace/compose";
import { findDaemon, type RunningDaemon } from "./find-daemon.ts";
import { isOurs, replaceDaemon } from "./replace-daemon.ts";
import { type StartDaemonOptions, startDaemon } from "./start-daemon.ts";

/**
 * The daemon of this home, started when none runs. Two that start at once get one: whoever holds the lock starts it.
 *
 * @throws {CspaceError} `CSPACE_DAEMON_FAILED` with what it said when it does not come up; `CSPACE_DAEMON_VERSION` when
 * one of a newer version of cspace runs. One of an older version is replaced, and serves until the new one does.
 */
export async function ensureDaemon(options: StartDaemonOptions = {}): Promise<RunningDaemon> {
  const running = await findDaemon({ ...options, stay: true });
  if (running !== undefined && isOurs(running)) return running;
  return await withLock(
    homePaths({ env: options.env ?? process.env }),
    "daemon",
    async () => {
      const meanwhile = await findDaemon({ ...options, stay: true });
      if (meanwhile === undefined) return await startDaemon(options);
      return isOurs(meanwhile) ? meanwhile : await replaceDaemon(meanwhile, options);
    },
    { signal: options.signal },
  );
}
