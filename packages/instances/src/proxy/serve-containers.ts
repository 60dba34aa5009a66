import { hasCatchAll } from "@cspace/compose";
import { ensureDaemon, type RunningDaemon } from "@cspace/daemon";
import { isCspaceError } from "@cspace/errors";
import type { Machine } from "../machine/open-engine.ts";
import type { Context } from "../options.ts";
import { serveProcesses } from "./serve-processes.ts";

/**
 * Lets the daemon look after the containers of an engine, behind the proxy there: it tells who answers under their
 * hostnames, and shows them on the page. Costs one question where that is so already.
 *
 * @throws {CspaceError} as `ensureDaemon` and `ensureProxy`.
 */
export async function serveContainers(context: Context, machine: Machine): Promise<RunningDaemon> {
  const daemon = await ensureDaemon(context);
  const { engines = [] } = daemon.status;
  const isServed = engines.includes(machine.endpoint) && (await hasCatchAll(machine.paths));
  if (isServed) return daemon;
  await daemon.client.watchEngine(machine.endpoint);
  const host = { machine, paths: machine.paths, noEngine: null };
  await serveProcesses({ ...context, onNote: () => undefined }, host, daemon);
  return daemon;
}

/** As {@link serveContainers}, for containers that run without it as well: what fails is told as a note. */
export async function offerContainers(context: Context, machine: Machine): Promise<RunningDaemon | undefined> {
  try {
    return await serveContainers(context, machine);
  } catch (error) {
    if (!isCspaceError(error)) throw error;
    context.onNote(`nobody tells who answers, or how services start: ${error.message}`);
    return undefined;
  }
}
