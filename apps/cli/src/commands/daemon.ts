import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { findPredecessor } from "../daemon/hand-over/take-over.ts";
import { runDaemon } from "../daemon/run-daemon.ts";

/** Is the daemon; other commands start it. */
export async function run(context: Context, args: CommandArgs): Promise<undefined> {
  await runDaemon(context, args.takeOver === true ? findPredecessor(process) : undefined);
  return undefined;
}
