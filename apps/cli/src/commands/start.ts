import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { type ControlDocument, control } from "../control-instance.ts";

export { renderControl as render } from "../control-instance.ts";

/** Starts an instance, or what serves some of its labels. */
export async function run(context: Context, args: CommandArgs): Promise<ControlDocument> {
  return await control(context, "start", args);
}
