import { type AgentsDocument, changeAgents } from "../agents/change-agents.ts";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";

export { renderAgents as render } from "../agents/change-agents.ts";

/** Takes back what coding agents were told. */
export async function run(context: Context, args: CommandArgs): Promise<AgentsDocument> {
  return await changeAgents(context, "uninstall", args.harness);
}
