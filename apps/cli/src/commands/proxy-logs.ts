import { openProxyLogs } from "@cspace/instances";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import type { ExitWith } from "../exit-with.ts";
import { instanceOptions } from "../instance-options.ts";
import { printLogs } from "../output/print-logs.ts";

/** Prints what Traefik and CoreDNS write; without an engine, what the gateway does. */
export async function run(context: Context, args: CommandArgs): Promise<ExitWith | undefined> {
  const sources = await openProxyLogs(instanceOptions(context));
  const follow = async function* () {
    yield* sources;
  };
  return await printLogs(context, { open: async () => sources, follow }, args);
}
