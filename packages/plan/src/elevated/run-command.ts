/** What a program did. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of a {@link RunCommand}. */
export interface RunCommandOptions {
  /** Given to the program on its standard input. @default nothing */
  readonly input?: string;
  /** After which the program is killed and counts as failed, in milliseconds. @default never */
  readonly timeoutMs?: number;
  /** Whether a person may be asked for a password, so that what the program complains of is shown at once. @default false */
  readonly interactive?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Runs a program without a shell. Rejects when it cannot be started or is aborted; a failing program is an `exitCode`. */
export type RunCommand = (file: string, args: readonly string[], options?: RunCommandOptions) => Promise<CommandResult>;

/** The real {@link RunCommand}. Messages come in English, so that they can be told apart. */
export const runCommand: RunCommand = async (file, args, options = {}) => {
  const { input = "", timeoutMs = 0, interactive = false, signal } = options;
  // Loaded on first use: most of those who read the resolver's files run nothing.
  const { execa } = await import("execa");
  const result = await execa(file, args, {
    input,
    timeout: timeoutMs,
    reject: false,
    env: { LC_ALL: "C" },
    stderr: interactive ? ["inherit", "pipe"] : "pipe",
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  signal?.throwIfAborted();
  if (result.code === "ENOENT" || result.code === "EACCES") throw result;
  const { stdout, stderr } = result as unknown as { stdout: string; stderr: string };
  return { exitCode: result.exitCode ?? 1, stdout, stderr };
};
