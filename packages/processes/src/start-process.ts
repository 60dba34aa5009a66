import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { CspaceError } from "@cspace/errors";
import { readOr } from "./error-code.ts";
import type { ProcessesErrorCode } from "./processes-error-code.ts";

/** How a process ended. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that runs, the leader of a group and a session of its own. */
export interface StartedProcess {
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the process itself ends, whatever is left of its group. */
  readonly exited: Promise<ProcessExit>;
  /** Lets go of its streams. */
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
  // Nothing is written to it, but its other end may be gone.
  child.stdin.on("error", () => undefined);
  try {
    await once(child, "spawn");
  } catch (cause) {
    throw startFailed(`cannot start ${command}: ${cause instanceof Error ? cause.message : cause}`, undefined, cause);
  }
  return { pid: child.pid ?? 0, stdout: child.stdout, stderr: child.stderr, exited, release: () => release(child) };
}

function release({ stdin, stdout, stderr }: ChildProcess): void {
  for (const stream of [stdin, stdout, stderr]) stream?.destroy();
}

function startFailed(message: string, hint?: string, cause?: unknown): CspaceError<ProcessesErrorCode> {
  return new CspaceError("CSPACE_PROCESS_START_FAILED", message, { hint, cause });
}
