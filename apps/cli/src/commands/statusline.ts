import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { printStatus } from "../core/print-status.ts";

/** Prints one line of links for Claude Code. */
export async function run(context: Context, args: CommandArgs): Promise<undefined> {
  const { output } = context;
  const other = typeof args.beside === "string" ? args.beside : undefined;
  await printStatus({ ...context, write: (text) => output.text(text) }, other);
  return undefined;
}
