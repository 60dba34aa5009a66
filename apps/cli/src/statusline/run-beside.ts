import { spawn } from "node:child_process";

/** Options of {@link runBeside}. */
export interface RunBesideOptions {
  readonly input: Buffer;
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  /** After which it is killed, in milliseconds. @default 10_000 */
  readonly timeoutMs?: number;
  /** Kills it at once. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs another status line's command as Claude Code does, by a shell with the same input, and gives the lines it
 * printed; however it ends, what it printed counts.
 */
export function runBeside(command: string, options: RunBesideOptions): Promise<string> {
  const { input, env, platform, timeoutMs = 10_000, signal } = options;
  return new Promise((resolve) => {
    const shell = platform === "win32" ? "bash" : "/bin/sh";
    const child = spawn(shell, ["-c", command], {
      env,
      timeout: timeoutMs,
      signal,
      // No command can refuse it.
      killSignal: "SIGKILL",
      stdio: ["pipe", "pipe", "ignore"],
    });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    const finish = (): void => resolve(text.replace(/\n+$/, ""));
    // What it started may keep the output open after it.
    child.once("exit", () => setTimeout(finish, 100).unref());
    child.once("close", finish);
    child.once("error", finish);
    // It need not read all of it, or any.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}
