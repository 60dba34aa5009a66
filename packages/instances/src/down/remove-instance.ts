import { createStepRunner, forgetInstance, removeContainers, type Step } from "@cspace/compose";
import { describeRemoved } from "../describe/describe-listed.ts";
import type { InstanceDocument, InstancesDocument } from "../documents.ts";
import { type Context, createContext, type InstanceOptions } from "../options.ts";
import { type PreparedRemoval, prepareRemoval } from "./prepare-removal.ts";

/** Options of {@link removeInstance}. */
export interface RemoveInstanceOptions extends InstanceOptions {
  /** Its volumes and its record too, so that nothing is left of it. @default false */
  readonly volumes?: boolean | undefined;
}

/**
 * Removes an instance: ends its processes, removes its containers and networks. It works from labels alone, so also when
 * the directory is gone. Volumes stay, unless asked.
 *
 * @throws {CspaceError} `CSPACE_INSTANCE_UNKNOWN`, `CSPACE_INSTANCE_AMBIGUOUS`, `CSPACE_RESOURCE_IN_USE`, and the engine's
 * error where there may be containers.
 * @example
 * ```ts
 * await removeInstance({ instance: "mercury", volumes: true });
 * ```
 */
export async function removeInstance(options: RemoveInstanceOptions = {}): Promise<InstanceDocument> {
  const { instances, steps } = await remove(options, false);
  return { instance: instances[0] as InstanceDocument["instance"], steps };
}

/**
 * Removes every instance of a project, one after the other, as {@link removeInstance} does.
 *
 * @throws {CspaceError} as `removeInstance`, but for those of the choice.
 */
export async function removeInstances(options: RemoveInstanceOptions = {}): Promise<InstancesDocument> {
  return await remove(options, true);
}

async function remove(options: RemoveInstanceOptions, all: boolean): Promise<InstancesDocument> {
  const { volumes = false } = options;
  const context = createContext(options);
  const prepared = await prepareRemoval(context, { all, volumes });
  const stops: Step[] = [];
  const removals: Step[] = [];
  for (const target of prepared.targets) {
    if (target.engine !== "docker") stops.push(...(await stopProcesses(context, prepared, target)));
    if (prepared.host.machine !== undefined && target.engine !== "gateway") {
      const { signal, onStep, onLine } = context;
      removals.push(...(await removeContainers(target, { ...prepared.host.machine, volumes, signal, onStep, onLine })));
    } else if (volumes) await forgetInstance(prepared.host.paths, target);
  }
  return { instances: await Promise.all(prepared.targets.map(describeRemoved)), steps: [...stops, ...removals] };
}

async function stopProcesses(
  { onStep }: Context,
  { daemon }: PreparedRemoval,
  names: { readonly project: string; readonly instance: string },
): Promise<readonly Step[]> {
  const { run, steps } = createStepRunner(onStep);
  await run("stop", async () => ((await daemon?.client.stop(names)) === true ? "done" : "unchanged"));
  return steps;
}
