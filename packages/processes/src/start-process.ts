import { spawn } from "node:child_process";
import { once } from "node:events";
import { stat } from "node:fs/promises";
import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import { CspaceError } from "@cspace/errors";
import { readOr } from "./error-code.ts";
import { type Outlet, openOutlet } from "./open-outlet.ts";
import type { ProcessesErrorCode } from "./processes-error-code.ts";

/** How a process ended. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** This end of the streams of a process. */
export interface ProcessSockets {
  readonly stdin: Socket;
  readonly stdout: Socket;
  readonly stderr: Socket;
}

/** A process that runs, the leader of a group and a session of its own. */
export interface StartedProcess {
  readonly pid: number;
  /** Resolves when the process itself ends, whatever is left of its group. */
  readonly exited: Promise<ProcessExit>;
  /** Resolves when its streams are this process's to read. */
  readonly streams: Promise<ProcessStreams>;
}

/** What is read of a process. */
export interface ProcessStreams {
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly sockets: ProcessSockets;
  /** Reads nothing more until `resume`, for whoever is to read instead. */
  readonly hold: () => void;
  readonly resume: () => void;
  /** Lets go of its sockets; what has come through them is still to be read. */
  readonly release: () => void;
}

/** What {@link startProcess} starts. */
export interface StartProcessOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

/**
 * Starts a command line in the system's shell. Its standard input stays open and empty, since some tools end when it is
 * closed, and others with the one who started them.
 *
 * @throws `CSPACE_PROCESS_START_FAILED` when its directory is not there or the shell cannot be started.
 */
export async function startProcess(command: string, options: StartProcessOptions): Promise<StartedProcess> {
  const { cwd, env, platform } = options;
  const isDirectory = await readOr(false, ["ENOENT", "ENOTDIR"], async () => (await stat(cwd)).isDirectory());
  if (!isDirectory) throw startFailed(`cannot start ${command}: ${cwd} is no directory`, "mend `cwd` in .cspace.json");
  const isWindows = platform === "win32";
  const child = spawn(command, {
    cwd,
    env: { ...env },
    shell: isWindows ? true : "/bin/sh",
    detached: !isWindows,
    stdio: ["pipe", "pipe", "pipe"],
    windowsHide: true,
  });
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  try {
    await once(child, "spawn");
  } catch (cause) {
    throw startFailed(`cannot start ${command}: ${cause instanceof Error ? cause.message : cause}`, undefined, cause);
  }
  // https://nodejs.org/api/child_process.html#subprocessstdio: a pipe is a socket here.
  const { stdin, stdout, stderr } = child as unknown as ProcessSockets;
  const opened = openSockets({ stdin, stdout, stderr });
  const release = (): void => {
    opened.release();
    child.unref();
  };
  return { pid: child.pid ?? 0, exited, streams: Promise.resolve({ ...opened, release }) };
}

/** Reads what a process writes, and keeps its standard input open, until they are released. */
export function openSockets(sockets: ProcessSockets): ProcessStreams {
  const { stdin } = sockets;
  // Nothing is written to it, but its other end may be gone.
  stdin.on("error", () => undefined);
  const [stdout, stderr] = [openOutlet(sockets.stdout), openOutlet(sockets.stderr)];
  const forBoth = (act: (outlet: Outlet) => void) => () => {
    act(stdout);
    act(stderr);
  };
  const close = forBoth((outlet) => outlet.close());
  return {
    stdout: stdout.stream,
    stderr: stderr.stream,
    sockets,
    hold: forBoth((outlet) => outlet.hold()),
    resume: forBoth((outlet) => outlet.resume()),
    release: () => {
      stdin.destroy();
      close();
    },
  };
}

function startFailed(message: string, hint?: string, cause?: unknown): CspaceError<ProcessesErrorCode> {
  return new CspaceError("CSPACE_PROCESS_START_FAILED", message, { hint, cause });
}
