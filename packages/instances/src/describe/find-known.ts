import { isCspaceError } from "@cspace/errors";
import { ownInstances } from "../choose/own-instances.ts";
import { pickInstance } from "../choose/pick-instance.ts";
import { mayHaveContainers, readScope } from "../choose/read-scope.ts";
import type { Context } from "../options.ts";
import type { MachineInstance } from "./merge-instances.ts";
import { type Known, readKnown } from "./read-known.ts";

/** Finds the instance that is meant, also where the engine does not answer. */
export async function findKnown(
  context: Context,
): Promise<{ readonly known: Known; readonly instance: MachineInstance }> {
  const scope = await readScope(context);
  const known = await readKnown(context, scope.projectSlug, { containers: mayHaveContainers(scope) });
  try {
    const instances = await ownInstances(context, scope, known.instances);
    return { known, instance: pickInstance(instances, { scope, name: context.instance }) };
  } catch (error) {
    if (!isCspaceError(error) || error.code !== "CSPACE_INSTANCE_UNKNOWN") throw error;
    throw known.silence ?? known.daemonSilence ?? error;
  }
}
