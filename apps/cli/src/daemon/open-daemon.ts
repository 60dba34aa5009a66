import { spawn } from "node:child_process";
import { open, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type HomePaths, homePaths, makeFolder, withLock } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import type { Context } from "../context.ts";
import type { CliErrorCode } from "../errors.ts";
import { createDaemonClient, type DaemonClient } from "./daemon-client.ts";
import { findSocket } from "./find-socket.ts";
import { type DaemonStatus, type HandOverRequest, protocolVersion } from "./protocol.ts";

/** A daemon that answers, and what it said. */
export interface RunningDaemon {
  readonly client: DaemonClient;
  readonly status: DaemonStatus;
}

/** How long one that was just started may take until it answers, in milliseconds. */
const startMs = 10_000;

/**
 * Finds the daemon of this home where one runs; a socket that nobody listens on is no daemon.
 *
 * @throws {CspaceError} `CSPACE_DAEMON_SILENT` when one accepts and does not answer.
 */
export async function findDaemon(
  context: Pick<Context, "env" | "platform">,
  options: { readonly timeoutMs?: number; readonly stay?: boolean } = {},
): Promise<RunningDaemon | undefined> {
  const { timeoutMs = 2000, stay = false } = options;
  const socket = await findSocket(context);
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
    throw new CspaceError<CliErrorCode>(
      "CSPACE_DAEMON_SILENT",
      `cspace's own daemon does not answer within ${timeoutMs / 1000} s`,
      {
        hint: "it holds the processes of this machine: end it (its command is `cspace daemon`), then: cspace up",
        cause: error,
      },
    );
  }
}

/**
 * The daemon of this home, started when none runs. Two that start at once get one: whoever holds the lock starts it.
 *
 * @throws {CspaceError} `CSPACE_DAEMON_FAILED` with what it said when it does not come up; `CSPACE_DAEMON_VERSION` when
 * one of a newer version of cspace runs. One of an older version is replaced, and serves until the new one does.
 */
export async function ensureDaemon(context: Context): Promise<RunningDaemon> {
  const running = await findDaemon(context, { stay: true });
  if (running !== undefined && isOurs(running)) return running;
  const paths = homePaths({ env: context.env });
  return await withLock(
    paths,
    "daemon",
    async () => {
      const meanwhile = await findDaemon(context, { stay: true });
      if (meanwhile === undefined) return await start(context, paths);
      return isOurs(meanwhile) ? meanwhile : await replace(context, meanwhile);
    },
    { signal: context.signal },
  );
}

async function start(context: Context, paths: HomePaths): Promise<RunningDaemon> {
  const socket = await findSocket(context);
  if (context.platform !== "win32") {
    await makeFolder(dirname(socket));
    await rm(socket, { force: true });
  }
  const logFile = join(paths.run, "daemon.log");
  const log = await open(logFile, "w", 0o600);
  let ended: string | undefined;
  try {
    const child = spawn(context.program.node, [context.program.script, "daemon"], {
      // The folder of whoever starts it first is not to be held.
      cwd: paths.home,
      env: context.env,
      detached: true,
      windowsHide: true,
      stdio: ["ignore", log.fd, log.fd],
    });
    child.once("error", (error) => {
      ended = error.message;
    });
    child.once("exit", (code, signal) => {
      ended = `it ended with ${signal ?? `exit code ${code}`}`;
    });
    child.unref();
  } finally {
    await log.close();
  }
  for (const end = Date.now() + startMs; Date.now() < end && ended === undefined; await setTimeout(20)) {
    context.signal.throwIfAborted();
    const running = await findDaemon(context, { stay: true });
    if (running !== undefined) return running;
  }
  const words = (await readFile(logFile, "utf8").catch(() => "")).trim().split("\n").slice(-5).join("\n");
  throw new CspaceError<CliErrorCode>(
    "CSPACE_DAEMON_FAILED",
    `the daemon does not start: ${words || ended || `no answer within ${startMs / 1000} s`}`,
    { hint: `read its log: ${logFile}` },
  );
}

/** Lets the daemon, where one runs, read the machine's settings anew: another one goes on with all it holds. */
export async function refreshDaemon(context: Context): Promise<void> {
  if (context.platform === "win32" || (await findDaemon(context)) === undefined) return;
  await withLock(
    homePaths({ env: context.env }),
    "daemon",
    async () => {
      const running = await findDaemon(context, { stay: true });
      if (running === undefined || running.status.protocol > protocolVersion) return;
      await running.client.handOver(successorOf(context));
    },
    { signal: context.signal },
  );
}

const successorOf = ({ program: { node, script }, env }: Context): HandOverRequest => ({
  command: [node, script, "daemon", "--take-over"],
  env,
});

const isOurs = ({ status }: RunningDaemon): boolean => status.protocol === protocolVersion;

/** Lets a daemon of this version go on with what an older one holds. */
async function replace(context: Context, older: RunningDaemon): Promise<RunningDaemon> {
  const { status, client } = older;
  if (status.protocol > protocolVersion) {
    throw otherVersion(
      status,
      "update cspace in this project to that version, or end all with that one: cspace down --all",
    );
  }
  if (context.platform === "win32") throw otherVersion(status, "end all first: cspace down --all");
  await client.handOver(successorOf(context));
  const running = await findDaemon(context, { stay: true });
  if (running !== undefined && isOurs(running)) return running;
  throw otherVersion(status, "end all first: cspace down --all");
}

function otherVersion({ version, pid }: DaemonStatus, hint: string): CspaceError<CliErrorCode> {
  return new CspaceError(
    "CSPACE_DAEMON_VERSION",
    `a daemon of another version of cspace runs (${version}, pid ${pid})`,
    {
      hint,
    },
  );
}
