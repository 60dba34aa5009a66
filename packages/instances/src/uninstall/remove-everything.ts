import { engineStep, previewProxyRemoval, previewRemoval, type Step, stopProxy } from "@cspace/compose";
import { endDaemon } from "@cspace/daemon";
import { buildPlan, type Plan } from "@cspace/plan";
import { removeTarget } from "../down/remove-instance.ts";
import { createContext, type InstanceOptions } from "../options.ts";
import { mergeSteps } from "../up/create-stages.ts";
import { previewProcesses } from "../up/preview-processes.ts";
import { type Everything, findEverything } from "./find-everything.ts";

/** Options of {@link removeEverything}. */
export interface RemoveEverythingOptions extends InstanceOptions {
  /** The volumes of the instances too. @default false */
  readonly volumes?: boolean | undefined;
}

/** What {@link removeEverything} would remove, and what it leaves. */
export interface Removal {
  readonly plan: Plan;
  /** The volumes that stay. */
  readonly volumes: readonly string[];
  /** The home that the proxy was started from, where that is another one. */
  readonly otherHome: string | null;
  /** Why no engine could be asked; `null`: one could. */
  readonly noEngine: string | null;
}

/** Tells what of all instances, the proxy and the daemon of this home {@link removeEverything} would remove. */
export async function planRemoveEverything(options: RemoveEverythingOptions = {}): Promise<Removal> {
  const { volumes = false } = options;
  const { host, daemon, instances, isProxyOurs, otherHome, images, ...found } = await findEverything(
    createContext(options),
  );
  const { machine, noEngine } = host;
  const held = daemon?.status.instances ?? [];
  const exists = { before: "exists\n", after: null };
  const plan = buildPlan([
    ...instances.flatMap((one) => previewProcesses(one, [], held)),
    ...(machine === undefined ? [] : await previewRemoval(instances, { ...machine, volumes })),
    ...(machine !== undefined && isProxyOurs ? await previewProxyRemoval(machine.engine) : []),
    ...images.map((name) => engineStep("image", name, exists)),
    ...(daemon === undefined
      ? []
      : [{ kind: "process", path: "process:cspace daemon", before: "runs\n", after: null, needsRoot: false }]),
  ]);
  return { plan, volumes: volumes ? [] : found.volumes, otherHome, noEngine };
}

/**
 * Removes every instance of this home, the proxy, the images that were pulled for it, and ends the daemon. Volumes stay,
 * unless asked. What fails keeps nothing else from going, and the same call again goes on.
 *
 * @throws {CspaceError} as `removeInstance`, the first of all failures.
 */
export async function removeEverything(options: RemoveEverythingOptions = {}): Promise<readonly Step[]> {
  const context = createContext(options);
  const everything = await findEverything(context);
  const { host, daemon, instances } = everything;
  const prepared = { host, daemon, held: daemon?.status.instances ?? [], targets: instances };
  const removed = await Promise.allSettled(
    instances.map((one) => removeTarget(context, prepared, one, { volumes: options.volumes, images: true })),
  );
  const failed = removed.find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  await removeProxy(everything, context.signal);
  await endDaemon(context);
  return mergeSteps(removed.flatMap((one) => (one.status === "fulfilled" ? one.value : [])));
}

async function removeProxy({ host, isProxyOurs, images }: Everything, signal: AbortSignal): Promise<void> {
  const { machine } = host;
  if (machine === undefined || !isProxyOurs) return;
  await stopProxy({ ...machine, signal });
  // One that somebody else's container uses by now is not removed, and is theirs.
  for (const name of images) await machine.engine.removeImage(name);
}
