import {
  createStepRunner,
  dropSleep,
  forgetInstance,
  removeContainers,
  type Step,
  unmarkRunning,
} from "@cspace/compose";
import { describeRemoved } from "../describe/describe-listed.ts";
import type { MachineInstance } from "../describe/merge-instances.ts";
import type { InstanceDocument, InstancesDocument } from "../documents.ts";
import { forgetHttps } from "../https/serve-https.ts";
import { refreshSleepers } from "../life/keep-idle-policy.ts";
import { type Context, createContext, type InstanceOptions } from "../options.ts";
import { mergeSteps } from "../up/create-stages.ts";
import { type PreparedRemoval, prepareRemoval } from "./prepare-removal.ts";

/** Options of {@link removeInstance}. */
export interface RemoveInstanceOptions extends InstanceOptions {
  /** Its volumes and its record too, so that nothing is left of it. @default false */
  readonly volumes?: boolean | undefined;
  /** The images too that were built for it. @default false */
  readonly images?: boolean | undefined;
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
 * Removes every instance of a project, all at once, as {@link removeInstance} does.
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
  // At once: what takes its time is that containers end. One that fails keeps none of the others.
  const removed = await Promise.allSettled(
    prepared.targets.map((target) => removeTarget(context, prepared, target, options)),
  );
  await refreshSleepers(context);
  const failed = removed.find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  const steps = removed.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
  return { instances: await Promise.all(prepared.targets.map(describeRemoved)), steps: mergeSteps(steps) };
}

/** Removes one of those that were found. */
export async function removeTarget(
  context: Context,
  prepared: PreparedRemoval,
  target: MachineInstance,
  { volumes = false, images = false }: RemoveInstanceOptions,
): Promise<readonly Step[]> {
  const { signal, onStep, onLine } = context;
  const { host } = prepared;
  const { machine, paths } = host;
  const stops = target.engine === "docker" ? [] : await stopProcesses(context, prepared, target);
  if (machine !== undefined && target.engine !== "gateway") {
    const options = { ...machine, volumes, images, signal, onStep, onLine };
    const removed = await removeContainers(target, options);
    await forgetHttps(context, host, target);
    return [...stops, ...removed];
  }
  await forgetHttps(context, host, target);
  if (volumes) await forgetInstance(paths, target);
  else {
    await dropSleep(paths, target);
    await unmarkRunning(paths, target);
  }
  return stops;
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
