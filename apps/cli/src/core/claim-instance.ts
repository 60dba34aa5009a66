import {
  type InstanceRecord,
  type ListedInstance,
  listInstances,
  readRecords,
  sameSlug,
  withLock,
  writeRecord,
} from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import { composeProjectName } from "@cspace/hostnames";
import { type ChosenInstance, chooseInstance, type InstanceInput } from "@cspace/project";
import type { Context } from "../context.ts";
import type { CliErrorCode } from "../errors.ts";
import { type ClaimMachine, toRecord, type UpRequest, type UpScope, type UpTarget } from "./choose-for-up.ts";
import type { Scope } from "./find-instance.ts";
import { requireOwn } from "./require-own.ts";

/** Chooses an instance under the project's lock and records its directory, so that two at once never take one. */
export async function claimInstance(
  context: Context,
  machine: ClaimMachine,
  scope: UpScope,
  request: UpRequest,
): Promise<UpTarget> {
  const claim = (): Promise<UpTarget> => choose(context, machine, scope, request);
  if (context.flags.dryRun) return await claim();
  return await withLock(machine.paths, `choose-${scope.projectSlug}`, claim, { signal: context.signal });
}

async function choose(context: Context, machine: ClaimMachine, scope: UpScope, request: UpRequest): Promise<UpTarget> {
  const { engine, paths } = machine;
  const { project, projectSlug } = scope;
  const [live, records, claims] = await Promise.all([
    listInstances({ engine, project: projectSlug }),
    readRecords(paths, projectSlug),
    readClaims(machine),
  ]);
  requireOwnProject(scope, live);
  const isClaimed = (instance: string): boolean => claims.has(composeProjectName({ project: projectSlug, instance }));
  const known = [...live.map(toRecord), ...records.filter((one) => live.every((l) => l.instance !== one.instance))];
  const input: InstanceInput = {
    name: request.name,
    fresh: request.fresh,
    directoryInstances: known.filter((one) => one.directory === project.directory),
    branch: project.git?.linkedWorktree === true ? project.git.branch : null,
    taken: known.map((one) => one.instance),
  };
  const chosen = chooseUnclaimed(input, isClaimed);
  const existing = known.find((one) => one.instance === chosen.instance);
  if (request.fresh && existing !== undefined) {
    throw new CspaceError<CliErrorCode>("CSPACE_INSTANCE_TAKEN", `the instance ${chosen.instance} exists already`, {
      hint: `go on with it: cspace up ${chosen.instance}; or leave out the name: cspace up --new`,
    });
  }
  if (existing !== undefined) requireOwn(scope, existing, { chosen, yes: context.flags.yes });
  else if (isClaimed(chosen.instance)) requireConfirmation(context, scope, chosen.instance);
  const record = existing === undefined ? newRecord(scope, chosen) : { ...existing, directory: project.directory };
  if (existing?.directory !== project.directory && !context.flags.dryRun) await writeRecord(paths, record);
  return { record, listed: live.find((one) => one.instance === chosen.instance) };
}

/** Passes over names that nobody said and whose networks or volumes exist, so that none is handed another's data. */
function chooseUnclaimed(input: InstanceInput, isClaimed: (instance: string) => boolean): ChosenInstance {
  const chosen = chooseInstance(input);
  if (chosen.source === "named" || chosen.source === "directory" || !isClaimed(chosen.instance)) return chosen;
  return chooseUnclaimed({ ...input, taken: [...input.taken, chosen.instance] }, isClaimed);
}

/** The Compose projects whose networks or volumes are on the machine, whoever made them. */
async function readClaims({ engine }: ClaimMachine): Promise<ReadonlySet<string>> {
  const [networks, volumes] = await Promise.all([engine.listNetworks(), engine.listVolumes()]);
  return new Set([...networks, ...volumes].flatMap(({ Labels }) => Labels?.["com.docker.compose.project"] ?? []));
}

/** Another directory's project whose name merely comes to the same slug is refused before anything is made. */
function requireOwnProject(
  { projectSlug, projectName, project: { directory } }: UpScope,
  live: readonly ListedInstance[],
): void {
  const other = live.find((one) => one.projectName !== projectName && one.directory !== directory);
  if (other !== undefined) throw sameSlug("project", projectSlug, projectName, other.projectName);
}

function requireConfirmation(context: Context, scope: Scope, instance: string): void {
  if (context.flags.yes) return;
  throw new CspaceError<CliErrorCode>(
    "CSPACE_CONFIRMATION_NEEDED",
    `volumes or networks of an instance ${instance} of ${scope.projectSlug} exist, and nothing tells whose they are`,
    {
      hint: `if they are this directory's: cspace up ${instance} --yes; else remove them: cspace down ${instance} --volumes`,
    },
  );
}

function newRecord(scope: UpScope, { instance, instanceName }: ChosenInstance): InstanceRecord {
  const { project, projectSlug, projectName } = scope;
  return { project: projectSlug, instance, projectName, instanceName, directory: project.directory };
}
