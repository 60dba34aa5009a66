import {
  type DockerEngine,
  type HomePaths,
  type InstanceRecord,
  type ListedInstance,
  listInstances,
} from "@cspace/compose";
import { chooseInstance, type Project } from "@cspace/project";
import type { Context } from "../context.ts";
import type { Scope } from "./find-instance.ts";
import { requireOwn } from "./require-own.ts";

/** What `up` was asked for. */
export interface UpRequest {
  readonly name: string | undefined;
  readonly fresh: boolean;
}

/** What there is to choose among: the engine's instances, and this home's records. */
export interface ClaimMachine {
  readonly engine: Pick<DockerEngine, "listContainers" | "listNetworks" | "listVolumes">;
  readonly paths: HomePaths;
}

/** The instance that `up` works on. */
export interface UpTarget {
  readonly record: InstanceRecord;
  /** How the engine has it already. */
  readonly listed: ListedInstance | undefined;
}

/** The scope of `up`, which needs a project's directory. */
export type UpScope = Scope & { readonly project: Project };

/**
 * Chooses the instance that `up` works on. One that has containers is found without a lock; every other one is claimed.
 *
 * @throws {CspaceError} `CSPACE_INSTANCE_TAKEN`, `CSPACE_NAME_TAKEN`, `CSPACE_INSTANCE_AMBIGUOUS`,
 * `CSPACE_CONFIRMATION_NEEDED`.
 */
export async function chooseForUp(
  context: Context,
  machine: ClaimMachine,
  scope: UpScope,
  request: UpRequest,
): Promise<UpTarget> {
  const live = await listInstances({ engine: machine.engine, project: scope.projectSlug });
  const quick = chooseLive(scope, live, { ...request, yes: context.flags.yes });
  if (quick !== undefined) return quick;
  const { claimInstance } = await import("./claim-instance.ts");
  return await claimInstance(context, machine, scope, request);
}

/** The record of an instance that the engine has. */
export function toRecord({ project, instance, projectName, instanceName, directory }: ListedInstance): InstanceRecord {
  return { project, instance, projectName, instanceName, directory };
}

function chooseLive(
  scope: UpScope,
  live: readonly ListedInstance[],
  { name, fresh, yes }: UpRequest & { readonly yes: boolean },
): UpTarget | undefined {
  const own = live.filter((one) => one.directory === scope.project.directory);
  if (fresh || (name === undefined && own.length !== 1)) return undefined;
  const chosen = chooseInstance({ name, directoryInstances: own, branch: null, taken: [] });
  const listed = live.find((one) => one.instance === chosen.instance);
  if (listed === undefined) return undefined;
  requireOwn(scope, toRecord(listed), { chosen, yes });
  return { record: { ...toRecord(listed), directory: scope.project.directory }, listed };
}
