import { isDeepStrictEqual } from "node:util";
import {
  type HomePaths,
  type InstanceRecord,
  type ListedInstance,
  listContainerInstances,
  readNamedProject,
  readRecords,
  withLock,
  writeNamedProject,
  writeRecord,
} from "@cspace/compose";
import { readHeld } from "@cspace/daemon";
import { CspaceError } from "@cspace/errors";
import { composeProjectName } from "@cspace/hostnames";
import { type ChosenInstance, chooseInstance, type InstanceInput } from "@cspace/project";
import type { InstancesErrorCode } from "../instances-error-code.ts";
import type { Context } from "../options.ts";
import type { ChoiceSources } from "./choice-sources.ts";
import { isOfDirectory, isThere, readOwner, recordOf } from "./ownership.ts";
import { readComposeProjects } from "./read-compose-projects.ts";
import type { ProjectScope, Scope } from "./read-scope.ts";
import { requireFreeName } from "./require-free-name.ts";
import { requireOwn } from "./require-own.ts";
import { toRecord } from "./to-record.ts";

/** What `up` was asked for. */
export interface UpRequest {
  /** Another instance of this directory, whatever there is. */
  readonly fresh: boolean;
  /** Whether questions are answered with yes. */
  readonly yes: boolean;
  /** Whether nothing is recorded. */
  readonly dryRun: boolean;
}

/** The instance that `up` works on. */
export interface UpTarget {
  readonly record: InstanceRecord;
  /** How the engine has it already. */
  readonly listed: ListedInstance | undefined;
}

/** Chooses an instance under the project's lock and records its directory, so that two at once never take one. */
export async function reserveUnlisted(
  context: Context,
  machine: ChoiceSources,
  scope: ProjectScope,
  request: UpRequest,
): Promise<UpTarget> {
  const claim = (): Promise<UpTarget> => choose(context, machine, scope, request);
  if (request.dryRun) return await claim();
  return await withLock(machine.paths, `choose-${scope.projectSlug}`, claim, { signal: context.signal });
}

async function choose(
  context: Context,
  machine: ChoiceSources,
  scope: ProjectScope,
  request: UpRequest,
): Promise<UpTarget> {
  const { engine, paths } = machine;
  const { project, projectSlug } = scope;
  const [live, records, claims, held] = await Promise.all([
    listContainerInstances({ engine, project: projectSlug }),
    readRecords(paths, projectSlug),
    readClaims(machine),
    readHeld(context, daemonMs).catch(() => []),
  ]);
  const isLive = ({ instance }: InstanceRecord): boolean =>
    live.some((one) => one.instance === instance) ||
    held.some(({ record }) => record.project === projectSlug && record.instance === instance);
  const isClaimed = (instance: string): boolean => {
    const name = composeProjectName({ project: projectSlug, instance });
    return claims.networks.has(name) || claims.volumes.has(name);
  };
  const known = [...live.map(toRecord), ...records.filter((one) => live.every((l) => l.instance !== one.instance))];
  const input: InstanceInput = {
    name: context.instance,
    fresh: request.fresh,
    directoryInstances: known.filter((one) => isOfDirectory(one, project) || one.directory === project.directory),
    branch: project.workTree?.linkedWorktree === true ? project.workTree.branch : null,
    taken: known.map((one) => one.instance),
  };
  const chosen = chooseUnclaimed(input, isClaimed);
  const existing = known.find((one) => one.instance === chosen.instance);
  if (request.fresh && existing !== undefined) {
    throw new CspaceError<InstancesErrorCode>(
      "CSPACE_INSTANCE_TAKEN",
      `the instance ${chosen.instance} exists already`,
      {
        hint: `go on with it: cspace up ${chosen.instance}; or leave out the name: cspace up --new`,
      },
    );
  }
  const listed = live.find((one) => one.instance === chosen.instance);
  if (existing === undefined) {
    const all = known.map((one) => ({ record: one, isLive: isLive(one), isClaimed: isClaimed(one.instance) }));
    await requireFreeName(scope, all);
    if (isClaimed(chosen.instance)) requireConfirmation(request, scope, chosen.instance);
    await noteGone(context, scope, known);
  } else {
    const hasVolumes = claims.volumes.has(composeProjectName(existing));
    const isNamed = context.instance !== undefined;
    await requireOwn(scope, existing, { chosen, isNamed, yes: request.yes, isLive: isLive(existing), hasVolumes });
  }
  const record = { ...(existing ?? newRecord(scope, chosen)), ...recordOf(project.identity) };
  if (!request.dryRun) await keep(paths, record, existing);
  return { record, listed };
}

/** For the daemon to say what it holds, in milliseconds; one that is silent, or none, holds nothing. */
const daemonMs = 1000;

/** Records whose an instance and its project's name are, where that is not what is recorded. */
async function keep(paths: HomePaths, record: InstanceRecord, existing: InstanceRecord | undefined): Promise<void> {
  if (!isDeepStrictEqual(record, existing)) await writeRecord(paths, record);
  const { project, projectName, repository, repositoryId = null } = record;
  const named = { project, projectName, repository: repository as string, repositoryId };
  if (!isDeepStrictEqual(named, await readNamedProject(paths, project))) await writeNamedProject(paths, named);
}

/** A directory that was moved in a way that nothing tells would begin anew beside what is left of it, unnoticed. */
async function noteGone(
  { onNote }: Context,
  { project, projectSlug }: ProjectScope,
  known: readonly InstanceRecord[],
): Promise<void> {
  const gone = await Promise.all(
    known.map(async (one) => (await readOwner(one, project)) !== "other" && !(await isThere(one))),
  );
  const left = known.filter((_, index) => gone[index] === true);
  for (const { instance, directory } of left) {
    onNote(
      `${instance} of ${projectSlug} is left of ${directory}, which is gone; ` +
        `go on with it: cspace up ${instance} --yes; remove it: cspace down ${instance} --volumes`,
    );
  }
}

/** Passes over names that nobody said and whose networks or volumes exist, so that none is handed another's data. */
function chooseUnclaimed(input: InstanceInput, isClaimed: (instance: string) => boolean): ChosenInstance {
  const chosen = chooseInstance(input);
  if (chosen.source === "named" || chosen.source === "directory" || !isClaimed(chosen.instance)) return chosen;
  return chooseUnclaimed({ ...input, taken: [...input.taken, chosen.instance] }, isClaimed);
}

/** The Compose projects whose networks and volumes are on the machine, whoever made them. */
async function readClaims({
  engine,
}: ChoiceSources): Promise<{ readonly networks: ReadonlySet<string>; readonly volumes: ReadonlySet<string> }> {
  const [networks, volumes] = await Promise.all([engine.listNetworks(), engine.listVolumes()]);
  return { networks: readComposeProjects(networks), volumes: readComposeProjects(volumes) };
}

function requireConfirmation(request: UpRequest, scope: Scope, instance: string): void {
  if (request.yes) return;
  throw new CspaceError<InstancesErrorCode>(
    "CSPACE_CONFIRMATION_NEEDED",
    `volumes or networks of an instance ${instance} of ${scope.projectSlug} exist, and nothing tells whose they are`,
    {
      hint: `if they are this directory's: cspace up ${instance} --yes; else remove them: cspace down ${instance} --volumes`,
    },
  );
}

function newRecord(scope: ProjectScope, { instance, instanceName }: ChosenInstance): InstanceRecord {
  const { project, projectSlug, projectName } = scope;
  return { project: projectSlug, instance, projectName, instanceName, ...recordOf(project.identity) };
}
