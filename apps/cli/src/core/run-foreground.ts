import { spawn } from "node:child_process";
import { constants } from "node:os";
import { CspaceError } from "@cspace/errors";
import type { Context } from "../context.ts";
import type { CliErrorCode } from "../errors.ts";
import { isInForeground } from "./is-in-foreground.ts";

/** A program in the foreground of this terminal. */
export interface ForegroundCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Called with its pid once it runs. */
  readonly onStart: (pid: number) => void;
}

/**
 * Runs a program with this process's own terminal, input and output, and gives its exit code as a shell does: 128 and the
 * signal's number when one ended it. Signals that this process gets are passed on; what the terminal sends to its whole
 * foreground, the program has got already. Nothing tells a SIGINT that another process sends to this one alone, while it is
 * in the foreground, from the terminal's: that one is taken for the terminal's, and SIGTERM is passed on always.
 *
 * @throws {CspaceError} `CSPACE_COMMAND_MISSING` when it cannot be started.
 */
export async function runForeground(
  context: Context,
  { file, args, env, onStart }: ForegroundCommand,
): Promise<number> {
  const child = spawn(file, args, {
    cwd: context.cwd,
    env,
    stdio: "inherit",
    // On Windows npm and its kind are scripts, which only a shell runs.
    shell: context.platform === "win32",
  });
  if (child.pid !== undefined) onStart(child.pid);
  context.takeSignals(async (name) => {
    const mayBeTerminal = name === "SIGINT" || name === "SIGQUIT";
    if (mayBeTerminal && (await isInForeground(context.platform))) return;
    child.kill(name);
  });
  return await new Promise((resolve, reject) => {
    child.once("error", (cause) => {
      const reason = (cause as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such program" : cause.message;
      reject(
        new CspaceError<CliErrorCode>("CSPACE_COMMAND_MISSING", `${file} cannot be started: ${reason}`, {
          hint: "check its name, and PATH",
          cause,
        }),
      );
    });
    child.once("exit", (code, signal) => resolve(code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0)));
  });
}
