import { type ListedInstance, listContainerInstances, readRecords } from "@cspace/compose";
import type { HeldInstance } from "@cspace/daemon";
import { composeProjectName, isSlug, toSlug } from "@cspace/hostnames";
import { type ChoiceSources, choiceSources } from "../choose/choice-sources.ts";
import { pickInstance } from "../choose/pick-instance.ts";
import type { Scope } from "../choose/read-scope.ts";
import { type MachineInstance, mergeInstances } from "../describe/merge-instances.ts";
import type { Host } from "../machine/open-host.ts";

/** Which instances are meant. */
export interface RemovableQuestion {
  readonly scope: Scope;
  readonly name: string | undefined;
  /** All of the project. */
  readonly all: boolean;
  /** Whether those count of which only volumes are left. */
  readonly volumes: boolean;
  readonly held: readonly HeldInstance[];
}

/**
 * Finds the instances that are to be removed: from the labels of containers and from the daemon, and of those that have
 * neither from what is left of them.
 *
 * @throws {CspaceError} `CSPACE_INSTANCE_UNKNOWN`, `CSPACE_INSTANCE_AMBIGUOUS`.
 */
export async function findRemovable(
  host: Host,
  { scope, name, all, volumes, held }: RemovableQuestion,
): Promise<readonly MachineInstance[]> {
  const { machine } = host;
  const project = scope.projectSlug;
  const live = mergeInstances(
    machine === undefined ? [] : await listContainerInstances({ engine: machine.engine, project }),
    held,
  );
  if (all && !volumes) return live;
  const named = name === undefined ? undefined : toSlug(name).slug;
  const left = await readLeftovers(choiceSources(host), scope, named, live);
  if (all) return [...live, ...left.map(({ listed }) => listed)];
  // Unnamed and without `volumes`, one that only has volumes is down already.
  const removable = left.filter(({ bare }) => named !== undefined || volumes || !bare);
  return [pickInstance([...live, ...removable.map(({ listed }) => listed)], { scope, name })];
}

interface Leftover {
  readonly listed: MachineInstance;
  /** Whether nothing but its record and its volumes is left. */
  readonly bare: boolean;
}

/** The instances without containers of cspace's, of which a record, a network or a volume is left. */
async function readLeftovers(
  { engine, paths }: ChoiceSources,
  { projectSlug, projectName }: Scope,
  named: string | undefined,
  live: readonly Pick<ListedInstance, "instance">[],
): Promise<readonly Leftover[]> {
  const [records, containers, networks, volumes] = await Promise.all([
    readRecords(paths, projectSlug),
    engine.listContainers({ all: true }),
    engine.listNetworks(),
    engine.listVolumes(),
  ]);
  const projectsOf = (
    all: readonly { readonly Labels?: Readonly<Record<string, string>> | null | undefined }[],
  ): Set<string> => new Set(all.flatMap(({ Labels }) => Labels?.["com.docker.compose.project"] ?? []));
  const [busy, kept] = [projectsOf([...containers, ...networks]), projectsOf(volumes)];
  const prefix = `${projectSlug}--`;
  const candidates = new Set([
    ...records.map(({ instance }) => instance),
    ...[...busy, ...kept].flatMap((one) => (one.startsWith(prefix) ? one.slice(prefix.length) : [])),
    ...(named === undefined ? [] : [named]),
  ]);
  const empty = {
    engine: "docker",
    domain: undefined,
    state: "stopped",
    routes: [],
    ports: [],
    services: [],
    containers: [],
  } as const;
  return [...candidates].filter(isSlug).flatMap((instance) => {
    const composeProject = composeProjectName({ project: projectSlug, instance });
    const record = records.find((one) => one.instance === instance);
    const nothing = record === undefined && !busy.has(composeProject) && !kept.has(composeProject);
    if (nothing || live.some((one) => one.instance === instance)) return [];
    const names = { project: projectSlug, instance, projectName, instanceName: instance };
    return [{ listed: { directory: "", ...names, ...record, ...empty }, bare: !busy.has(composeProject) }];
  });
}
