import { printStatus, type StatusWorld } from "./statusline/print-status.ts";
import { readWorkingDirectory } from "./working-directory.ts";

/**
 * Runs `cspace statusline [--beside <command>]` as it is installed, without what it does not need: the parser of command
 * lines and every other command. It is asked for all the time, and never fails.
 */
export async function main([flag, command]: readonly string[]): Promise<number> {
  const { env, platform, stdout } = process;
  const leave = (): never => process.exit(0);
  process.on("uncaughtException", leave);
  stdout.on("error", leave);
  // The next one is asked for: what works beside is not to go on.
  const cancelled = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(name, () => {
      cancelled.abort();
      leave();
    });
  }
  const world: StatusWorld = {
    cwd: readWorkingDirectory(env),
    env,
    platform,
    signal: cancelled.signal,
    // Only who asks opens the standard input.
    get stdin() {
      return process.stdin;
    },
    write: (text) => stdout.write(text),
  };
  await printStatus(world, flag === "--beside" ? command : undefined);
  return 0;
}
