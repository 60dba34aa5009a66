import {
  type InstanceRecord,
  type ListedInstance,
  listInstances,
  readRecords,
  renderRecord,
  sameSlug,
  withLock,
  writeOverride,
} from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import { composeProjectName } from "@cspace/hostnames";
import { type ChosenInstance, chooseInstance, type InstanceInput, type Project } from "@cspace/project";
import type { Context } from "../context.ts";
import type { Scope } from "./find-instance.ts";
import type { Machine } from "./open-engine.ts";

/** What `up` was asked for. */
export interface UpRequest {
  readonly name: string | undefined;
  readonly fresh: boolean;
}

/** The instance that `up` works on. */
export interface UpTarget {
  readonly record: InstanceRecord;
  /** How the engine has it already. */
  readonly listed: ListedInstance | undefined;
}

/**
 * Chooses the instance that `up` works on and records its directory, so that two at once never take one. What runs
 * already is found without a lock.
 *
 * @throws {CspaceError} `CSPACE_INSTANCE_TAKEN`, `CSPACE_NAME_TAKEN`, `CSPACE_INSTANCE_AMBIGUOUS`,
 * `CSPACE_CONFIRMATION_NEEDED`.
 */
export async function chooseForUp(
  context: Context,
  machine: Machine,
  scope: Scope & { readonly project: Project },
  request: UpRequest,
): Promise<UpTarget> {
  const live = await listInstances({ engine: machine.engine, project: scope.projectSlug });
  const quick = chooseLive(scope, live, request);
  if (quick !== undefined) return quick;
  const choose = async (): Promise<UpTarget> => {
    const [records, claims] = await Promise.all([readRecords(machine.paths, scope.projectSlug), readClaims(machine)]);
    const isClaimed = (instance: string): boolean =>
      claims.has(composeProjectName({ project: scope.projectSlug, instance }));
    const known = [...live.map(toRecord), ...records.filter((one) => live.every((l) => l.instance !== one.instance))];
    requireOwnProject(scope, live);
    const input: InstanceInput = {
      name: request.name,
      fresh: request.fresh,
      directoryInstances: known.filter((one) => one.directory === scope.project.directory),
      branch: scope.project.git?.linkedWorktree === true ? scope.project.git.branch : null,
      taken: known.map((one) => one.instance),
    };
    const chosen = chooseUnclaimed(input, isClaimed);
    const existing = known.find((one) => one.instance === chosen.instance);
    if (existing === undefined && isClaimed(chosen.instance)) requireConfirmation(context, scope, chosen.instance);
    const record = existing ?? newRecord(scope, chosen);
    requireOwn(scope, existing, chosen);
    if (!context.flags.dryRun && !records.some((one) => one.instance === chosen.instance)) {
      const names = { project: scope.projectSlug, instance: chosen.instance };
      if (existing === undefined) await writeOverride(machine.paths, names, renderRecord(record));
    }
    return { record, listed: live.find((one) => one.instance === chosen.instance) };
  };
  if (context.flags.dryRun) return await choose();
  return await withLock(machine.paths, `choose-${scope.projectSlug}`, choose, { signal: context.signal });
}

function chooseLive(
  scope: Scope & { readonly project: Project },
  live: readonly ListedInstance[],
  { name, fresh }: UpRequest,
): UpTarget | undefined {
  const own = live.filter((one) => one.directory === scope.project.directory);
  if (fresh || (name === undefined && own.length !== 1)) return undefined;
  const chosen = chooseInstance({ name, directoryInstances: own, branch: null, taken: [] });
  const listed = live.find((one) => one.instance === chosen.instance);
  if (listed === undefined) return undefined;
  requireOwn(scope, toRecord(listed), chosen);
  return { record: toRecord(listed), listed };
}

function requireOwn(
  scope: Scope & { readonly project: Project },
  existing: InstanceRecord | undefined,
  chosen: ChosenInstance,
): void {
  if (existing === undefined) return;
  const { projectSlug, projectName } = scope;
  if (existing.projectName !== projectName && projectName !== projectSlug) {
    throw sameSlug("project", projectSlug, projectName, existing.projectName);
  }
  const here = existing.directory === scope.project.directory;
  const reference = here && chosen.instanceName === existing.instance;
  if (existing.instanceName !== chosen.instanceName && !reference) {
    throw sameSlug("instance", existing.instance, chosen.instanceName, existing.instanceName);
  }
  if (here) return;
  throw new CspaceError(
    "CSPACE_INSTANCE_TAKEN",
    `the instance ${existing.instance} of ${projectSlug} belongs to ${existing.directory}`,
    {
      hint: `take another name (cspace up --new), or remove it with its volumes: cspace down ${existing.instance} --volumes`,
    },
  );
}

/** Passes over names that nobody said and whose networks or volumes exist, so that none is handed another's data. */
function chooseUnclaimed(input: InstanceInput, isClaimed: (instance: string) => boolean): ChosenInstance {
  const chosen = chooseInstance(input);
  if (chosen.source === "named" || chosen.source === "directory" || !isClaimed(chosen.instance)) return chosen;
  return chooseUnclaimed({ ...input, taken: [...input.taken, chosen.instance] }, isClaimed);
}

/** The Compose projects whose networks or volumes are on the machine, whoever made them. */
async function readClaims({ engine }: Machine): Promise<ReadonlySet<string>> {
  const [networks, volumes] = await Promise.all([engine.listNetworks(), engine.listVolumes()]);
  return new Set([...networks, ...volumes].flatMap(({ Labels }) => Labels?.["com.docker.compose.project"] ?? []));
}

/** Another directory's project whose name merely comes to the same slug is refused before anything is made. */
function requireOwnProject(
  { projectSlug, projectName, project: { directory } }: Scope & { readonly project: Project },
  live: readonly ListedInstance[],
): void {
  const other = live.find((one) => one.projectName !== projectName && one.directory !== directory);
  if (other !== undefined) throw sameSlug("project", projectSlug, projectName, other.projectName);
}

function requireConfirmation(context: Context, scope: Scope, instance: string): void {
  if (context.flags.yes) return;
  throw new CspaceError(
    "CSPACE_CONFIRMATION_NEEDED",
    `volumes or networks of an instance ${instance} of ${scope.projectSlug} exist, and nothing tells whose they are`,
    {
      hint: `if they are this directory's: cspace up ${instance} --yes; else remove them: cspace down ${instance} --volumes`,
    },
  );
}

function newRecord(scope: Scope & { readonly project: Project }, chosen: ChosenInstance): InstanceRecord {
  return {
    project: scope.projectSlug,
    instance: chosen.instance,
    projectName: scope.projectName,
    instanceName: chosen.instanceName,
    directory: scope.project.directory,
  };
}

function toRecord({ project, instance, projectName, instanceName, directory }: ListedInstance): InstanceRecord {
  return { project, instance, projectName, instanceName, directory };
}
