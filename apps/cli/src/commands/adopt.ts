import { adoptInstance, type InstanceDocument } from "@cspace/instances";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { instanceOptions } from "../instance-options.ts";
import { withProgress } from "../output/with-progress.ts";

export { render } from "./up.ts";

/** Goes on with an instance whose directory is gone, from this one. */
export async function run(context: Context, args: CommandArgs): Promise<InstanceDocument> {
  const options = instanceOptions(context, args.instance);
  return await withProgress(context, (listeners) => adoptInstance({ ...options, ...listeners }));
}
