import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  createStepRunner,
  type EngineDiskUsage,
  forgetInstance,
  instanceFolder,
  overridePath,
  removeContainers,
} from "@cspace/compose";
import { findDaemon, type RunningDaemon } from "@cspace/daemon";
import { toSlug } from "@cspace/hostnames";
import type { Garbage, GarbageDocument } from "../documents.ts";
import { forgetHttps } from "../https/serve-https.ts";
import { refreshSleepers } from "../life/keep-idle-policy.ts";
import { type Host, openHost } from "../machine/open-host.ts";
import { type Context, createContext, type InstanceOptions } from "../options.ts";
import { findGone, type GoneInstance } from "./find-gone.ts";
import { planGarbage, type VolumeChoice } from "./plan-garbage.ts";

/** Options of {@link collectGarbage}. */
export interface CollectGarbageOptions extends InstanceOptions, VolumeChoice {
  /** Removes it. @default false: it is only told what there is */
  readonly apply?: boolean | undefined;
}

/**
 * Finds what is left of instances whose directory is gone: containers, networks, images that were built for them, logs and
 * volumes, with their sizes; and removes it where that is asked for. Volumes stay unless they are asked for, or have not been used for
 * so long. Whose everything is, labels and records tell.
 *
 * @throws {CspaceError} `CSPACE_RESOURCE_IN_USE`, and the codes of the engine.
 * @example
 * ```ts
 * const { garbage } = await collectGarbage({ keepVolumesMs: 30 * 86_400_000 });
 * ```
 */
export async function collectGarbage(options: CollectGarbageOptions = {}): Promise<GarbageDocument> {
  const context = createContext(options);
  const [host, daemon] = await Promise.all([openHost(context), findDaemon(context)]);
  const project = context.project === undefined ? undefined : toSlug(context.project).slug;
  const gone = await findGone(host, daemon?.status.instances ?? [], project);
  const { machine, paths } = host;
  const isNothing = gone.length === 0 || machine === undefined;
  const usage: EngineDiskUsage = isNothing ? { images: [], volumes: [] } : await machine.engine.readDiskUsage();
  const networks = isNothing ? [] : await machine.engine.listNetworks();
  const garbage = await Promise.all(
    gone.map(async (one) => {
      const [usedAt, logBytes] = await Promise.all([readUsedAt(host, one), sizeOf(instanceFolder(paths, one.record))]);
      return planGarbage({ ...one, usage, networks, usedAt, logBytes }, options, Date.now());
    }),
  );
  if (options.apply !== true) return { garbage, applied: false };
  for (const one of garbage) await remove(context, host, daemon, one);
  if (garbage.length > 0) await refreshSleepers(context);
  return { garbage, applied: true };
}

async function remove(context: Context, host: Host, daemon: RunningDaemon | undefined, one: Garbage): Promise<void> {
  const { signal, onLine, onStep } = context;
  const { machine, paths } = host;
  const { run } = createStepRunner(onStep);
  if (one.processes.length > 0)
    await run("stop", async () => ((await daemon?.client.stop(one)) === true ? "done" : "unchanged"));
  const stays = one.volumes.filter(({ goes }) => !goes);
  if (machine !== undefined) {
    await removeContainers(one, { ...machine, volumes: stays.length === 0, images: true, signal, onLine, onStep });
    // Of some that stay and some that go, these go one by one.
    for (const { name } of stays.length === 0 ? [] : one.volumes.filter(({ goes }) => goes)) {
      await machine.engine.removeVolume(name);
    }
  }
  await forgetHttps(context, host, one);
  // Without its record nobody would know whose its volumes are.
  if (stays.length === 0) await forgetInstance(paths, one);
  else await rm(join(instanceFolder(paths, one), "logs"), { recursive: true, force: true });
}

/** When an instance ran last: when its containers ended, else when it was started. */
async function readUsedAt(
  { machine, paths }: Host,
  { record, containers, processes }: GoneInstance,
): Promise<number | null> {
  if (processes.length > 0 || containers.some(({ State }) => State === "running")) return Date.now();
  const details = await Promise.all(containers.map(({ Id }) => machine?.engine.inspectContainer(Id)));
  const ends = details.flatMap((one) =>
    [one?.State.StartedAt, one?.State.FinishedAt].map((text) => Date.parse(text ?? "")),
  );
  const override = await stat(overridePath(paths, record)).catch(() => undefined);
  const known = [...ends, override?.mtimeMs ?? Number.NaN].filter((ms) => ms > 0);
  return known.length === 0 ? null : Math.max(...known);
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(
      async (entry) => (await stat(join(entry.parentPath ?? entry.path, entry.name)).catch(() => undefined))?.size ?? 0,
    );
  return (await Promise.all(sizes)).reduce((sum, one) => sum + one, 0);
}
