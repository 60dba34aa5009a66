import { findPredecessor, runDaemon } from "@cspace/daemon";
import packageJson from "../../package.json" with { type: "json" };
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";

/** Is the daemon; other commands start it. */
export async function run({ env, platform, signal }: Context, args: CommandArgs): Promise<undefined> {
  const predecessor = args.takeOver === true ? findPredecessor(process) : undefined;
  await runDaemon({ version: packageJson.version, env, platform, signal, predecessor });
  return undefined;
}
