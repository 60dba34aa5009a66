import { type ListedInstance, listContainerInstances, readRecords } from "@cspace/compose";
import type { HeldInstance } from "@cspace/daemon";
import { CspaceError } from "@cspace/errors";
import { composeProjectName, isSlug, toSlug } from "@cspace/hostnames";
import { type ChoiceSources, choiceSources } from "../choose/choice-sources.ts";
import { readOwner } from "../choose/ownership.ts";
import { pickInstance } from "../choose/pick-instance.ts";
import { readComposeProjects } from "../choose/read-compose-projects.ts";
import type { Scope } from "../choose/read-scope.ts";
import { type MachineInstance, mergeInstances, withoutContainers } from "../describe/merge-instances.ts";
import type { InstancesErrorCode } from "../instances-error-code.ts";
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
 * neither from what is left of them. With `all` those of another repository, or of which nothing tells, are left alone.
 *
 * @throws {CspaceError} `CSPACE_INSTANCE_UNKNOWN`, `CSPACE_INSTANCE_AMBIGUOUS`; `CSPACE_INSTANCE_TAKEN` for one of another
 * repository that is not named together with its project.
 */
export async function findRemovable(
  host: Host,
  { scope, name, all, volumes, held }: RemovableQuestion,
): Promise<Removable> {
  const { machine } = host;
  const project = scope.projectSlug;
  const live = mergeInstances(
    machine === undefined ? [] : await listContainerInstances({ engine: machine.engine, project }),
    held,
  );
  if (all && !volumes) return await divide(live, scope);
  const named = name === undefined ? undefined : toSlug(name).slug;
  const left = await readLeftovers(choiceSources(host), scope, named, live);
  if (all) return await divide([...live, ...left.map(({ listed }) => listed)], scope);
  // Unnamed and without `volumes`, one that only has volumes is down already.
  const removable = left.filter(({ bare }) => named !== undefined || volumes || !bare);
  const target = pickInstance([...live, ...removable.map(({ listed }) => listed)], { scope, name });
  if (!(scope.isNamed && named !== undefined)) await requireOwnRepository(target, scope);
  return { targets: [target], spared: [] };
}

/** Tells those of the directory's repository from the others. */
async function divide(all: readonly MachineInstance[], { project }: Scope): Promise<Removable> {
  const owners = await Promise.all(all.map((one) => (project === undefined ? "other" : readOwner(one, project))));
  const isOwn = (_: unknown, index: number): boolean => owners[index] === "own";
  return { targets: all.filter(isOwn), spared: all.filter((_, index) => owners[index] !== "own") };
}

async function requireOwnRepository(one: MachineInstance, { project }: Scope): Promise<void> {
  if (project !== undefined && (await readOwner(one, project)) !== "other") return;
  throw new CspaceError<InstancesErrorCode>(
    "CSPACE_INSTANCE_TAKEN",
    `${one.instance} of ${one.project} is another project's, of ${one.directory}`,
    { hint: `if it is meant, name both: cspace down ${one.instance} --project ${one.project}` },
  );
}

/** What is to be removed, and what is left alone. */
export interface Removable {
  readonly targets: readonly MachineInstance[];
  /** Those that were not named, and are not known to be of the directory's repository. */
  readonly spared: readonly MachineInstance[];
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
  const [busy, kept] = [readComposeProjects([...containers, ...networks]), readComposeProjects(volumes)];
  const prefix = `${projectSlug}--`;
  const candidates = new Set([
    ...records.map(({ instance }) => instance),
    ...[...busy, ...kept].flatMap((one) => (one.startsWith(prefix) ? one.slice(prefix.length) : [])),
    ...(named === undefined ? [] : [named]),
  ]);
  return [...candidates].filter(isSlug).flatMap((instance) => {
    const composeProject = composeProjectName({ project: projectSlug, instance });
    const record = records.find((one) => one.instance === instance);
    const nothing = record === undefined && !busy.has(composeProject) && !kept.has(composeProject);
    if (nothing || live.some((one) => one.instance === instance)) return [];
    const names = { project: projectSlug, instance, projectName, instanceName: instance };
    return [{ listed: withoutContainers({ directory: "", ...names, ...record }), bare: !busy.has(composeProject) }];
  });
}
