import type { Context } from "../context.ts";
import { runDaemon } from "../daemon/run-daemon.ts";

/** Is the daemon; other commands start it. */
export async function run(context: Context): Promise<undefined> {
  await runDaemon(context);
  return undefined;
}
