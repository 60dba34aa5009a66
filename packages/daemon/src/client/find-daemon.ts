import { CspaceError } from "@cspace/errors";
import type { DaemonErrorCode } from "../daemon-error-code.ts";
import type { DaemonStatus } from "../protocol.ts";
import { type DaemonPlace, findSocket } from "../socket/find-socket.ts";
import { createDaemonClient, type DaemonClient } from "./daemon-client.ts";

/** A daemon that answers, and what it said. */
export interface RunningDaemon {
  readonly client: DaemonClient;
  readonly status: DaemonStatus;
}

/** Options of {@link findDaemon}. */
export interface FindDaemonOptions extends DaemonPlace {
  /** How long it may take to answer, in milliseconds. @default 2000 */
  readonly timeoutMs?: number | undefined;
  /** Whether it is asked not to end just now, since more is about to be asked of it. @default false */
  readonly stay?: boolean | undefined;
}

/**
 * Finds the daemon of this home where one runs; a socket that nobody listens on is no daemon.
 *
 * @throws {CspaceError} `CSPACE_DAEMON_SILENT` when one accepts and does not answer.
 */
export async function findDaemon(options: FindDaemonOptions = {}): Promise<RunningDaemon | undefined> {
  const { timeoutMs = 2000, stay = false } = options;
  const socket = await findSocket(options);
  const client = createDaemonClient(socket, { timeoutMs });
  try {
    return {
      client: createDaemonClient(socket, { timeoutMs: 60_000 }),
      status: await client.status({ stay }),
    };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (["ENOENT", "ECONNREFUSED", "ENOTDIR", "ECONNRESET", "EPIPE"].includes(code ?? "")) return undefined;
    if (code !== "ETIMEDOUT") throw error;
    throw new CspaceError<DaemonErrorCode>(
      "CSPACE_DAEMON_SILENT",
      `cspace's own daemon does not answer within ${timeoutMs / 1000} s`,
      {
        hint: "it holds the processes of this machine: end it (its command is `cspace daemon`), then: cspace up",
        cause: error,
      },
    );
  }
}
