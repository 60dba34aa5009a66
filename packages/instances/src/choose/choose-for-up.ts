import { isDeepStrictEqual } from "node:util";
import { type ListedInstance, listContainerInstances } from "@cspace/compose";
import { chooseInstance } from "@cspace/project";
import type { Context } from "../options.ts";
import type { ChoiceSources } from "./choice-sources.ts";
import { isOfDirectory, recordOf } from "./ownership.ts";
import type { ProjectScope } from "./read-scope.ts";
import { requireContract } from "./require-contract.ts";
import { requireOwnNames } from "./require-own.ts";
import type { UpRequest, UpTarget } from "./reserve-unlisted.ts";
import { toRecord } from "./to-record.ts";

/**
 * Chooses the instance that `up` works on. One that has containers is found without a lock; every other one is reserved.
 *
 * @throws {CspaceError} `CSPACE_INSTANCE_TAKEN`, `CSPACE_NAME_TAKEN`, `CSPACE_INSTANCE_AMBIGUOUS`,
 * `CSPACE_CONFIRMATION_NEEDED`; `CSPACE_VERSION_NEWER`.
 */
export async function chooseForUp(
  context: Context,
  machine: ChoiceSources,
  scope: ProjectScope,
  request: UpRequest,
): Promise<UpTarget> {
  const live = await listContainerInstances({
    engine: machine.snapshot ?? machine.engine,
    project: scope.projectSlug,
  });
  const quick = chooseLive(context, scope, live, request);
  if (quick?.listed !== undefined) requireContract(quick.listed);
  if (quick !== undefined) return quick;
  const { reserveUnlisted } = await import("./reserve-unlisted.ts");
  const reserved = await reserveUnlisted(context, machine, scope, request);
  if (reserved.listed !== undefined) requireContract(reserved.listed);
  return reserved;
}

function chooseLive(
  { instance: name }: Context,
  scope: ProjectScope,
  live: readonly ListedInstance[],
  { fresh }: UpRequest,
): UpTarget | undefined {
  const own = live.filter((one) => isOfDirectory(one, scope.project));
  if (fresh || (name === undefined && own.length !== 1)) return undefined;
  const chosen = chooseInstance({ name, directoryInstances: own, branch: null, taken: [] });
  const listed = live.find((one) => one.instance === chosen.instance);
  if (listed === undefined) return undefined;
  const record = toRecord(listed);
  // What was recorded of it is to be another: nothing of this directory's is, or it was moved.
  if (!isDeepStrictEqual({ ...record, ...recordOf(scope.project.identity) }, record)) return undefined;
  requireOwnNames(scope, record, chosen);
  return { record, listed };
}
