import { type ListedInstance, listContainerInstances } from "@cspace/compose";
import { chooseInstance } from "@cspace/project";
import type { Context } from "../options.ts";
import type { ChoiceSources } from "./choice-sources.ts";
import type { ProjectScope } from "./read-scope.ts";
import { requireOwn } from "./require-own.ts";
import type { UpRequest, UpTarget } from "./reserve-unlisted.ts";
import { toRecord } from "./to-record.ts";

/**
 * Chooses the instance that `up` works on. One that has containers is found without a lock; every other one is reserved.
 *
 * @throws {CspaceError} `CSPACE_INSTANCE_TAKEN`, `CSPACE_NAME_TAKEN`, `CSPACE_INSTANCE_AMBIGUOUS`,
 * `CSPACE_CONFIRMATION_NEEDED`.
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
  if (quick !== undefined) return quick;
  const { reserveUnlisted } = await import("./reserve-unlisted.ts");
  return await reserveUnlisted(context, machine, scope, request);
}

function chooseLive(
  { instance: name }: Context,
  scope: ProjectScope,
  live: readonly ListedInstance[],
  { fresh, yes }: UpRequest,
): UpTarget | undefined {
  const own = live.filter((one) => one.directory === scope.project.directory);
  if (fresh || (name === undefined && own.length !== 1)) return undefined;
  const chosen = chooseInstance({ name, directoryInstances: own, branch: null, taken: [] });
  const listed = live.find((one) => one.instance === chosen.instance);
  if (listed === undefined) return undefined;
  requireOwn(scope, toRecord(listed), { chosen, yes });
  return { record: { ...toRecord(listed), directory: scope.project.directory }, listed };
}
