import { type AgentsDocument, readAgentsDocument } from "../agents/change-agents.ts";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";

export { renderAgents as render } from "../agents/change-agents.ts";

/** Shows what coding agents of this project are told. */
export async function run(context: Context, args: CommandArgs): Promise<AgentsDocument> {
  return await readAgentsDocument(context, args.harness);
}
