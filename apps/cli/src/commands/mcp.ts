import { serveMcp } from "@cspace/agents";
import packageJson from "../../package.json" with { type: "json" };
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { instanceOptions } from "../instance-options.ts";

/** Serves a client of the Model Context Protocol on standard input and output, until it hangs up. */
export async function run(context: Context, args: CommandArgs): Promise<undefined> {
  const { signal, stdin: input, stdout: output } = context;
  // What would be said beside belongs to no message.
  const options = { ...instanceOptions(context), onNote: undefined, onWarning: undefined, signal: undefined };
  await serveMcp({ version: packageJson.version, options, all: args.all === true, input, output, signal });
  signal.throwIfAborted();
  return undefined;
}
