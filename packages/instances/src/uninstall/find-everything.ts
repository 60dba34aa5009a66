import { existsSync } from "node:fs";
import { join } from "node:path";
import { isGone, listContainerInstances, readAllRecords, readMade, readProxyState } from "@cspace/compose";
import { findDaemon, type RunningDaemon } from "@cspace/daemon";
import { isCspaceError } from "@cspace/errors";
import { composeProjectName } from "@cspace/hostnames";
import { type MachineInstance, mergeInstances, withoutContainers } from "../describe/merge-instances.ts";
import { openEngine } from "../machine/open-engine.ts";
import { type Host, openHost } from "../machine/open-host.ts";
import type { Context } from "../options.ts";

/** Everything of cspace's that an engine and the daemon have, as far as it is of this home. */
export interface Everything {
  readonly host: Host;
  readonly daemon: RunningDaemon | undefined;
  readonly instances: readonly MachineInstance[];
  /** Whether the proxy was started from this home, or from one that is gone. */
  readonly isProxyOurs: boolean;
  /** The home that it was started from instead. */
  readonly otherHome: string | null;
  /** Images that were pulled for the proxy, and no other's. */
  readonly images: readonly string[];
  /** The volumes of the instances. */
  readonly volumes: readonly string[];
}

/**
 * Finds it. Where the proxy is another home's, instances that this home does not know may be that one's as well, and are left
 * alone.
 *
 * @throws {CspaceError} the engine's error where this home has used one that is installed and does not answer.
 */
export async function findEverything(context: Context): Promise<Everything> {
  const [host, daemon] = await Promise.all([openHost(context), findDaemon(context)]);
  const { machine, paths } = host;
  const held = daemon?.status.instances ?? [];
  const records = await readAllRecords(paths);
  if (machine === undefined) {
    if (existsSync(join(paths.proxy, "docker-compose.yml"))) await requireAbsence(context);
    const instances = withRecords(mergeInstances([], held), records);
    return { host, daemon, instances, isProxyOurs: false, otherHome: null, images: [], volumes: [] };
  }
  const { engine } = machine;
  const [state, listed, made, names, allVolumes] = await Promise.all([
    readProxyState(engine),
    listContainerInstances({ engine }),
    readMade(paths),
    engine.listImageNames(),
    engine.listVolumes(),
  ]);
  const otherHome = state.home === null || state.home === paths.home || isGone(state.home) ? null : state.home;
  const isKnown = (one: { readonly project: string; readonly instance: string }): boolean =>
    records.some(({ project, instance }) => project === one.project && instance === one.instance);
  const live = mergeInstances(listed, held).filter((one) => otherHome === null || isKnown(one));
  const instances = withRecords(live, records);
  const composeProjects = new Set<string>(instances.map(composeProjectName));
  return {
    host,
    daemon,
    instances,
    isProxyOurs: otherHome === null,
    otherHome,
    images: otherHome === null ? made.images.filter((name) => names.includes(name)) : [],
    volumes: allVolumes.flatMap(({ Name, Labels }) =>
      composeProjects.has(Labels?.["com.docker.compose.project"] ?? "") ? Name : [],
    ),
  };
}

/**
 * Asserts that no engine is installed any more: one that merely does not run has containers that nobody would find again.
 *
 * @throws {CspaceError} the engine's error.
 */
async function requireAbsence(context: Context): Promise<void> {
  try {
    await openEngine(context);
  } catch (error) {
    if (!isCspaceError(error) || error.code !== "CSPACE_ENGINE_ABSENT") throw error;
  }
}

/** With those of which nothing but a record is left, and volumes perhaps. */
function withRecords(
  live: readonly MachineInstance[],
  records: Awaited<ReturnType<typeof readAllRecords>>,
): MachineInstance[] {
  const isLive = (record: { readonly project: string; readonly instance: string }): boolean =>
    live.some(({ project, instance }) => project === record.project && instance === record.instance);
  return [...live, ...records.filter((record) => !isLive(record)).map(withoutContainers)];
}
