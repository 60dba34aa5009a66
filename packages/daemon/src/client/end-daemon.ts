import { rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import { homePaths } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import type { DaemonErrorCode } from "../daemon-error-code.ts";
import { type DaemonPlace, findSocket } from "../socket/find-socket.ts";
import { findDaemon } from "./find-daemon.ts";

/** How long its processes may take to end, in milliseconds. */
const patienceMs = 30_000;

/**
 * Ends the daemon of this home with all that it holds, and waits until it has gone; whether there was one. A folder that its
 * socket had outside the home goes as well.
 *
 * @throws {CspaceError} `CSPACE_DAEMON_SILENT` when it does not answer, or does not go.
 */
export async function endDaemon(place: DaemonPlace = {}): Promise<boolean> {
  const daemon = await findDaemon(place);
  await daemon?.client.end();
  const deadline = Date.now() + patienceMs;
  while (daemon !== undefined && (await findDaemon(place)) !== undefined) {
    if (Date.now() > deadline) {
      throw new CspaceError<DaemonErrorCode>("CSPACE_DAEMON_SILENT", "cspace's own daemon does not end", {
        hint: `end it: kill ${daemon.status.pid}; then run the command again`,
      });
    }
    await setTimeout(50);
  }
  const folder = dirname(await findSocket(place));
  if (place.platform !== "win32" && folder !== homePaths({ env: place.env ?? process.env }).run) {
    await rmdir(folder).catch(() => undefined);
  }
  return daemon !== undefined;
}
