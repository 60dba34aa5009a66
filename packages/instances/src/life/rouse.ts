import {
  forgetSleep,
  type HomePaths,
  listInstanceContainers,
  readIdlePolicy,
  readSleep,
  type SleeperNames,
} from "@cspace/compose";
import { findDaemon } from "@cspace/daemon";
import { composeProjectName } from "@cspace/hostnames";
import type { Machine } from "../machine/open-engine.ts";
import type { Context } from "../options.ts";
import { refreshSleepers } from "./keep-idle-policy.ts";

/** What an instance that sleeps has, as far as it matters here. */
export interface Rousable extends SleeperNames {
  readonly paths: HomePaths;
  readonly machine: Machine | undefined;
}

/** Lets the daemon not put an instance to sleep before the result is called; where it would not anyway, nothing is asked. */
export async function keepAwake(context: Context, { paths, project, instance }: Rousable): Promise<() => void> {
  const names = { project, instance };
  if ((await readIdlePolicy(paths, names)) === undefined) return () => undefined;
  const daemon = await findDaemon(context).catch(() => undefined);
  const hold = await daemon?.client.hold(names).catch(() => undefined);
  return () => hold?.release();
}

/** Thaws what is frozen of an instance that sleeps, so that it can be stopped and started as any; whether it was asleep. */
export async function thaw({ paths, machine, ...names }: Rousable): Promise<boolean> {
  if ((await readSleep(paths, names)) === undefined) return false;
  const containers =
    machine === undefined ? [] : await listInstanceContainers(machine.engine, composeProjectName(names));
  for (const { Id } of containers.filter(({ State }) => State === "paused")) await machine?.engine.unpauseContainer(Id);
  return true;
}

/** An instance does not sleep any more: its hostnames are the proxy's own again. */
export async function forgetAsleep(context: Context, { paths, project, instance }: Rousable): Promise<void> {
  if (await forgetSleep(paths, { project, instance })) await refreshSleepers(context);
}
