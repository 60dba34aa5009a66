import { findDaemon, type HeldInstance, type RunningDaemon } from "@cspace/daemon";
import { mayHaveContainers, readScope } from "../choose/read-scope.ts";
import { requireContract } from "../choose/require-contract.ts";
import type { MachineInstance } from "../describe/merge-instances.ts";
import { openEngine } from "../machine/open-engine.ts";
import { type Host, openHost } from "../machine/open-host.ts";
import type { Context } from "../options.ts";
import { findRemovable } from "./find-removable.ts";

/** What is to be removed, and from where. */
export interface PreparedRemoval {
  readonly host: Host;
  readonly daemon: RunningDaemon | undefined;
  /** What the daemon holds of the project. */
  readonly held: readonly HeldInstance[];
  readonly targets: readonly MachineInstance[];
}

/** Finds what is to be removed; `all`: every instance of the project. */
export async function prepareRemoval(
  context: Context,
  { all, volumes }: { readonly all: boolean; readonly volumes: boolean },
): Promise<PreparedRemoval> {
  const [scope, host, daemon] = await Promise.all([readScope(context), openHost(context), findDaemon(context)]);
  // Says why there is none.
  if (host.machine === undefined && daemon === undefined && mayHaveContainers(scope)) await openEngine(context);
  const held = (daemon?.status.instances ?? []).filter(({ record }) => record.project === scope.projectSlug);
  const { targets, spared } = await findRemovable(host, { scope, name: context.instance, all, volumes, held });
  for (const target of targets) requireContract(target);
  for (const { instance, project, directory } of spared) {
    context.onNote(
      `${instance} of ${project}${directory === "" ? "" : `, of ${directory},`} is left alone: it is another project's, or nothing tells; ` +
        `cspace down ${instance} --project ${project} removes it`,
    );
  }
  return { host, daemon, held, targets };
}
