import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { bin } from "./harness.ts";

/** A run of the command line that is still under way. */
export interface RunningCli {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  readonly text: { out: string; err: string };
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** Options of {@link startCspace}. */
export interface StartCspaceOptions {
  readonly cwd: string;
  /** Replaces the variables of these names; an empty one counts as unset. */
  readonly env: Readonly<Record<string, string>>;
  /** @default this one */
  readonly program?: string;
  /** Runs it as another user; only root can. */
  readonly uid?: number;
  readonly gid?: number;
}

/** Starts the command line at the head of a process group of its own, which a test may signal as a terminal would. */
export function startCspace(args: readonly string[], options: StartCspaceOptions): RunningCli {
  const { env, program = bin, ...rest } = options;
  const child = spawn(process.execPath, [program, ...args], {
    ...rest,
    env: { ...process.env, NO_COLOR: "1", ...env },
    detached: true,
    timeout: 60_000,
  });
  const text = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text.out += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    text.err += chunk;
  });
  const ended = new Promise<number | NodeJS.Signals>((done, fail) => {
    child.once("error", fail);
    child.once("close", (code, signal) => done(code ?? (signal as NodeJS.Signals)));
  });
  return { child, text, ended };
}

/** Signals a run and everything that it started. */
export function signalGroup({ child }: RunningCli, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** One that has ended and that nobody has asked for its exit code does not count: proc_pid_stat(5). */
export function isAlive(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  return existsSync(file) && !/^\d+ \(.*\) [ZX]/s.test(readFileSync(file, "utf8"));
}
