import { openProxyLogs } from "@cspace/instances";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import type { ExitWith } from "../exit-with.ts";
import { instanceOptions } from "../instance-options.ts";
import { printLogs } from "../output/print-logs.ts";

/** Prints what Traefik and CoreDNS write; without an engine, what the gateway does. */
export async function run(context: Context, args: CommandArgs): Promise<ExitWith | undefined> {
  return await printLogs(context, await openProxyLogs(instanceOptions(context)), args);
}
