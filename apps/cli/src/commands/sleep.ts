import { sleepInstance } from "@cspace/instances";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { type ControlDocument, runControl } from "../control-instance.ts";
import { instanceOptions } from "../instance-options.ts";

export { renderControl as render } from "../control-instance.ts";

/** Puts an instance to sleep. */
export async function run(context: Context, args: CommandArgs): Promise<ControlDocument> {
  return await runControl(context, instanceOptions(context, args.instance), { action: "stop", run: sleepInstance });
}
