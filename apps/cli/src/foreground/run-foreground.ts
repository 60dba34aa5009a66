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
  /** @default that of the command */
  readonly cwd?: string | undefined;
  /** Passes a signal on in place of `kill`. @default the program is sent it */
  readonly signal?: ((name: NodeJS.Signals) => Promise<void>) | undefined;
  /** Called with its pid once it runs; never when it cannot be started. */
  readonly onStart?: (pid: number) => void;
}

/**
 * Runs a program with this process's own terminal, input and output, and gives its exit code as a shell does: 128 and the
 * signal's number when one ended it. Signals that this process gets are passed on; what the terminal sends to its whole
 * foreground, the program has got already. Nothing tells a SIGINT that another process sends to this one alone, while it is
 * in the foreground, from the terminal's: that one is taken for the terminal's, and SIGTERM is passed on always.
 *
 * One that cannot be started is told as `CSPACE_COMMAND_MISSING`; its code is a shell's, too: 127 where there is no such
 * program, else 126.
 */
export async function runForeground(
  context: Context,
  { file, args, env, cwd = context.cwd, signal, onStart }: ForegroundCommand,
): Promise<number> {
  const child = spawn(file, args, {
    cwd,
    env,
    stdio: "inherit",
    // On Windows npm and its kind are scripts, which only a shell runs.
    shell: context.platform === "win32",
  });
  if (child.pid !== undefined) onStart?.(child.pid);
  let passing: Promise<void> | undefined;
  context.takeSignals(async (name) => {
    if (signal !== undefined) {
      // Who cannot be reached so still ends with the program.
      passing = signal(name).catch(() => void child.kill(name));
      return;
    }
    const mayBeTerminal = name === "SIGINT" || name === "SIGQUIT";
    if (mayBeTerminal && (await isInForeground(context.platform))) return;
    child.kill(name);
  });
  return await new Promise((resolve) => {
    child.on("error", (cause) => {
      // It runs, and may not be signalled by this user: with sudo it is another's.
      if (child.pid !== undefined) return;
      const { code } = cause as NodeJS.ErrnoException;
      // EACCES for a bare name: a folder of PATH that this user may not look into, and no other has it.
      const isMissing = code === "ENOENT" || (code === "EACCES" && !file.includes("/"));
      const reason = isMissing ? "there is no such program" : cause.message;
      context.output.failure(
        new CspaceError<CliErrorCode>("CSPACE_COMMAND_MISSING", `${file} cannot be started: ${reason}`, {
          hint: "check its name, and PATH",
        }),
      );
      resolve(isMissing ? 127 : 126);
    });
    child.once("exit", (code, name) => {
      const ended = code ?? 128 + (constants.signals[name as NodeJS.Signals] ?? 0);
      void Promise.resolve(passing).then(() => resolve(ended));
    });
  });
}
