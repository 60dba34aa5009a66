import { spawn } from "node:child_process";
import { open, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { homePaths, makeFolder } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import type { DaemonErrorCode } from "../daemon-error-code.ts";
import { type DaemonPlace, findSocket } from "../socket/find-socket.ts";
import { findDaemon, type RunningDaemon } from "./find-daemon.ts";

/** A program and its arguments; with `--take-over` after them it goes on for the daemon that starts it. */
export type DaemonProgram = readonly [file: string, ...args: string[]];

/** How a daemon is started. */
export interface StartDaemonOptions extends DaemonPlace {
  /** The command line of a daemon. @default this package's own program */
  readonly program?: DaemonProgram | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The daemon as a program of its own, which this package brings. */
export function ownProgram(): DaemonProgram {
  return [process.execPath, fileURLToPath(new URL("../../bin/cspace-daemon.js", import.meta.url))];
}

/** How long one that was just started may take until it answers, in milliseconds. */
const startMs = 10_000;

/**
 * Starts a daemon that goes on without this process, and gives it once it answers.
 *
 * @throws {CspaceError} `CSPACE_DAEMON_FAILED` with what it said when it does not come up.
 */
export async function startDaemon(options: StartDaemonOptions = {}): Promise<RunningDaemon> {
  const { env = process.env, platform = process.platform, program = ownProgram(), signal } = options;
  const paths = homePaths({ env });
  const socket = await findSocket(options);
  if (platform !== "win32") {
    await makeFolder(dirname(socket));
    await rm(socket, { force: true });
  }
  const logFile = join(paths.run, "daemon.log");
  const log = await open(logFile, "w", 0o600);
  let ended: string | undefined;
  try {
    const [file, ...args] = program;
    const child = spawn(file, args, {
      // The folder of whoever starts it first is not to be held.
      cwd: paths.home,
      env,
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
    signal?.throwIfAborted();
    const running = await findDaemon({ ...options, stay: true });
    if (running !== undefined) return running;
  }
  const words = (await readFile(logFile, "utf8").catch(() => "")).trim().split("\n").slice(-5).join("\n");
  throw new CspaceError<DaemonErrorCode>(
    "CSPACE_DAEMON_FAILED",
    `the daemon does not start: ${words || ended || `no answer within ${startMs / 1000} s`}`,
    { hint: `read its log: ${logFile}` },
  );
}
