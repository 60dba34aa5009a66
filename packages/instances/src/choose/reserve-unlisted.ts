import {
  type InstanceRecord,
  type ListedInstance,
  listContainerInstances,
  readRecords,
  sameSlug,
  withLock,
  writeRecord,
} from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import { composeProjectName } from "@cspace/hostnames";
import { type ChosenInstance, chooseInstance, type InstanceInput } from "@cspace/project";
import type { InstancesErrorCode } from "../instances-error-code.ts";
import type { Context } from "../options.ts";
import type { ChoiceSources } from "./choice-sources.ts";
import type { ProjectScope, Scope } from "./read-scope.ts";
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
  const [live, records, claims] = await Promise.all([
    listContainerInstances({ engine, project: projectSlug }),
    readRecords(paths, projectSlug),
    readClaims(machine),
  ]);
  requireOwnProject(scope, live);
  const isClaimed = (instance: string): boolean => claims.has(composeProjectName({ project: projectSlug, instance }));
  const known = [...live.map(toRecord), ...records.filter((one) => live.every((l) => l.instance !== one.instance))];
  const input: InstanceInput = {
    name: context.instance,
    fresh: request.fresh,
    directoryInstances: known.filter((one) => one.directory === project.directory),
    branch: project.git?.linkedWorktree === true ? project.git.branch : null,
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
  if (existing !== undefined) requireOwn(scope, existing, { chosen, yes: request.yes });
  else if (isClaimed(chosen.instance)) requireConfirmation(request, scope, chosen.instance);
  const record = existing === undefined ? newRecord(scope, chosen) : { ...existing, directory: project.directory };
  if (existing?.directory !== project.directory && !request.dryRun) await writeRecord(paths, record);
  return { record, listed: live.find((one) => one.instance === chosen.instance) };
}

/** Passes over names that nobody said and whose networks or volumes exist, so that none is handed another's data. */
function chooseUnclaimed(input: InstanceInput, isClaimed: (instance: string) => boolean): ChosenInstance {
  const chosen = chooseInstance(input);
  if (chosen.source === "named" || chosen.source === "directory" || !isClaimed(chosen.instance)) return chosen;
  return chooseUnclaimed({ ...input, taken: [...input.taken, chosen.instance] }, isClaimed);
}

/** The Compose projects whose networks or volumes are on the machine, whoever made them. */
async function readClaims({ engine }: ChoiceSources): Promise<ReadonlySet<string>> {
  const [networks, volumes] = await Promise.all([engine.listNetworks(), engine.listVolumes()]);
  return new Set([...networks, ...volumes].flatMap(({ Labels }) => Labels?.["com.docker.compose.project"] ?? []));
}

/** Another directory's project whose name merely comes to the same slug is refused before anything is made. */
function requireOwnProject(
  { projectSlug, projectName, project: { directory } }: ProjectScope,
  live: readonly ListedInstance[],
): void {
  const other = live.find((one) => one.projectName !== projectName && one.directory !== directory);
  if (other !== undefined) throw sameSlug("project", projectSlug, projectName, other.projectName);
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
  return { project: projectSlug, instance, projectName, instanceName, directory: project.directory };
}
