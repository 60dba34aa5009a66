import { followLogs, openLogs } from "@cspace/instances";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import type { ExitWith } from "../exit-with.ts";
import { instanceOptions } from "../instance-options.ts";
import { printLogs } from "../output/print-logs.ts";

/** Prints what the services and processes of an instance write, also of one whose processes have ended. */
export async function run(context: Context, args: CommandArgs): Promise<ExitWith | undefined> {
  const label = typeof args.label === "string" ? args.label : undefined;
  const options = { ...instanceOptions(context), label };
  return await printLogs(context, { open: () => openLogs(options), follow: () => followLogs(options) }, args);
}
