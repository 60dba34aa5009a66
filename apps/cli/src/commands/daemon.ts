import { homePaths, readMachineConfig } from "@cspace/compose";
import { findPredecessor, runDaemon } from "@cspace/daemon";
import { createAnswer, restoreInstances } from "@cspace/instances";
import packageJson from "../../package.json" with { type: "json" };
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { instanceOptions } from "../instance-options.ts";

/** Is the daemon, which other commands start; or lets it run with what ran before, and returns. */
export async function run(context: Context, args: CommandArgs): Promise<undefined> {
  const { env, platform, signal, output } = context;
  if (args.atLogin === true) {
    const { failed } = await restoreInstances(instanceOptions(context));
    for (const { record, reason } of failed)
      output.warn(`${record.instance} of ${record.project} is not started: ${reason}`);
    return undefined;
  }
  const predecessor = args.takeOver === true ? findPredecessor(process) : undefined;
  await runDaemon({
    version: packageJson.version,
    env,
    platform,
    signal,
    predecessor,
    hasPage: true,
    answer: async (daemon) => {
      const { domains } = await readMachineConfig(homePaths({ env }));
      const { loadPage } = await import("../page/load-page.ts");
      return createAnswer({ domains, env, platform, ...daemon, page: await loadPage(context, daemon) });
    },
  });
  return undefined;
}
