import { readIdlePolicies, readMarkedRunning, readSleeps } from "@cspace/compose";
import { findDaemon, protocolVersion } from "@cspace/daemon";
import type { DaemonEvidence } from "@cspace/doctor";
import { isCspaceError } from "@cspace/errors";
import type { Reading } from "./reading.ts";

/** The daemon, and what it is needed for. */
export async function readDaemonState({ context, paths, timeoutMs }: Reading): Promise<DaemonEvidence> {
  const [sleeps, policies, running] = await Promise.all([
    readSleeps(paths),
    readIdlePolicies(paths),
    readMarkedRunning(paths),
  ]);
  const names = (all: readonly { readonly instance: string }[]): string =>
    all.map(({ instance }) => instance).join(", ");
  const neededFor =
    sleeps.length > 0
      ? `wakes ${names(sleeps)}`
      : running.length > 0
        ? `holds the processes of ${names(running)}`
        : policies.length > 0
          ? `puts ${names(policies)} to sleep`
          : null;
  try {
    const daemon = await findDaemon({ ...context, timeoutMs: Math.min(2000, timeoutMs) });
    if (daemon === undefined) return { state: "none", pid: null, version: null, protocol: null, neededFor };
    const { pid, version, protocol } = daemon.status;
    const age = protocol === protocolVersion ? "same" : protocol > protocolVersion ? "newer" : "older";
    return { state: "answers", pid, version, protocol: age, neededFor };
  } catch (error) {
    if (!isCspaceError(error) || error.code !== "CSPACE_DAEMON_SILENT") throw error;
    return { state: "silent", pid: null, version: null, protocol: null, neededFor };
  }
}
