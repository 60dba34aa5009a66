import { type EngineReader, type EnsuredProxy, ensureProxy, type KeptModel, readReadyProxy } from "@cspace/compose";
import type { Context } from "../options.ts";
import { dropStaleFront } from "../proxy/drop-stale-front.ts";
import type { PreparedStack } from "./prepare-start.ts";

/** The proxy as it is now, and what Compose made of the files meanwhile. */
export interface ContainerProxy extends EnsuredProxy, Pick<KeptModel, "model" | "keep"> {
  /** The engine as it was a moment ago; `undefined` when something was changed or waited for since. */
  readonly snapshot: EngineReader | undefined;
}

/** Makes sure that the proxy of this machine runs, while Compose still reads the files; gives what both are. */
export async function ensureContainerProxy(context: Context, stack: PreparedStack): Promise<ContainerProxy> {
  const { signal, onLine } = context;
  const { machine } = stack;
  const found = readReadyProxy({ ...machine, engine: stack.snapshot });
  const ensured = found.then(async (ready) =>
    ready === undefined ? await ensureProxy({ ...machine, signal, onLine }) : { ...ready, changed: false, notes: [] },
  );
  // For both, even when one fails: what is under way may hold a lock, or be half of the proxy's start.
  await Promise.allSettled([stack.model, ensured]);
  const { asked, before: _, ...model } = await stack.model;
  const proxy = await ensured;
  await dropStaleFront(context, machine);
  return { ...model, ...proxy, snapshot: asked || (await found) === undefined ? undefined : stack.snapshot };
}
