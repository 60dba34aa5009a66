import { type ComposeModel, type EnsuredProxy, ensureProxy } from "@cspace/compose";
import type { Machine } from "../machine/open-engine.ts";
import type { Context } from "../options.ts";
import { dropStaleFront } from "../proxy/drop-stale-front.ts";
import type { Stack } from "./read-stack.ts";

/** Makes sure that the proxy of this machine runs, while Compose still reads the files; gives what both are. */
export async function ensureContainerProxy(
  context: Context,
  { machine, model }: Pick<Stack, "model"> & { readonly machine: Machine },
): Promise<EnsuredProxy & { readonly model: ComposeModel }> {
  const { signal, onLine } = context;
  const ensured = ensureProxy({ ...machine, signal, onLine });
  // For both, even when one fails: what is under way may hold a lock, or be half of the proxy's start.
  await Promise.allSettled([model, ensured]);
  const proxy = { model: await model, ...(await ensured) };
  await dropStaleFront(context, machine);
  return proxy;
}
