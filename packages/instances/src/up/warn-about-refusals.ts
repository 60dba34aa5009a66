import type { InstanceRecord } from "@cspace/compose";
import type { DaemonClient } from "@cspace/daemon";
import { findHostsSetting, planCommand, readScripts } from "@cspace/processes";
import type { Instance } from "../documents.ts";
import type { Context } from "../options.ts";
import type { RoutedProcess } from "./read-processes.ts";

/** Warns of servers that refuse hostnames of theirs, with the line that changes it, where that is known. */
export async function warnAboutRefusals(
  { onWarning, platform }: Context,
  { routes }: Pick<Instance, "routes">,
  processes: readonly RoutedProcess[],
): Promise<void> {
  for (const route of routes) {
    // What stands behind label, instance and project.
    const domains = route.refused.map((hostname) => hostname.split(".").slice(3).join("."));
    if (domains.length === 0) continue;
    const own = processes.find(({ label }) => label === route.label);
    const server = own === undefined ? null : await serverOf(own, platform);
    const lines = domains.map(
      (one) => findHostsSetting(server, one) ?? `.${one} among the hosts that its settings allow`,
    );
    onWarning(
      `${route.label}: its server refuses ${domains.map((one) => `*.${one}`).join(", ")}; to change that: ${lines.join("; ")}`,
    );
  }
}

/** Lets the daemon know what a status line cannot ask for. */
export async function keepRefusals(
  client: Pick<DaemonClient, "refuse">,
  { project, instance }: InstanceRecord,
  { routes }: Pick<Instance, "routes">,
): Promise<void> {
  for (const { label, target, refused: hostnames } of routes) {
    if ("process" in target) await client.refuse({ project, instance, label, hostnames });
  }
}

async function serverOf({ command, directory }: RoutedProcess, platform: NodeJS.Platform): Promise<string | null> {
  return planCommand(command, { port: 1, platform, ...(await readScripts(directory, command)) }).server;
}
