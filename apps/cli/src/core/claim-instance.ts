import { type InstanceRecord, listInstances, readRecords, withLock, writeRecord } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import { type ChosenInstance, chooseInstance } from "@cspace/project";
import type { Context } from "../context.ts";
import type { CliErrorCode } from "../errors.ts";
import { toRecord, type UpRequest, type UpScope, type UpTarget } from "./choose-for-up.ts";
import type { Scope } from "./find-instance.ts";
import type { Machine } from "./open-engine.ts";
import { requireOwn } from "./require-own.ts";

/** Chooses an instance under the project's lock and records its directory, so that two at once never take one. */
export async function claimInstance(
  context: Context,
  machine: Machine,
  scope: UpScope,
  request: UpRequest,
): Promise<UpTarget> {
  const claim = (): Promise<UpTarget> => choose(context, machine, scope, request);
  if (context.flags.dryRun) return await claim();
  return await withLock(machine.paths, `choose-${scope.projectSlug}`, claim, { signal: context.signal });
}

async function choose(context: Context, machine: Machine, scope: UpScope, request: UpRequest): Promise<UpTarget> {
  const { engine, paths } = machine;
  const { project, projectSlug } = scope;
  const [live, records, claimed] = await Promise.all([
    listInstances({ engine, project: projectSlug }),
    readRecords(paths, projectSlug),
    readClaimed(machine, projectSlug),
  ]);
  const known = [...live.map(toRecord), ...records.filter((one) => live.every((l) => l.instance !== one.instance))];
  const chosen = chooseInstance({
    name: request.name,
    fresh: request.fresh,
    directoryInstances: known.filter((one) => one.directory === project.directory),
    branch: project.git?.linkedWorktree === true ? project.git.branch : null,
    taken: [...known.map((one) => one.instance), ...claimed],
  });
  const existing = known.find((one) => one.instance === chosen.instance);
  if (existing !== undefined) requireOwn(scope, existing, chosen);
  else if (claimed.includes(chosen.instance)) requireConfirmation(context, scope, chosen.instance);
  const record = existing ?? newRecord(scope, chosen);
  if (existing === undefined && !context.flags.dryRun) {
    await writeRecord(paths, record);
  }
  return { record, listed: live.find((one) => one.instance === chosen.instance) };
}

/** Instances whose networks or volumes are on the machine, whoever made them. */
async function readClaimed({ engine }: Machine, project: string): Promise<string[]> {
  const [networks, volumes] = await Promise.all([engine.listNetworks(), engine.listVolumes()]);
  const prefix = `${project}--`;
  return [...networks, ...volumes].flatMap(({ Labels }) => {
    const composeProject = Labels?.["com.docker.compose.project"] ?? "";
    return composeProject.startsWith(prefix) ? [composeProject.slice(prefix.length)] : [];
  });
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
