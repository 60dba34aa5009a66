import { previewProxyRemoval, stopProxy } from "@cspace/compose";
import { buildPlan, type Plan, renderPlan } from "@cspace/plan";
import type { Context } from "../context.ts";
import { describeProxy, type ProxyReport } from "../core/describe-proxy.ts";
import { openEngine } from "../core/open-engine.ts";

type ProxyDownDocument = { readonly proxy: ProxyReport; readonly changed: boolean } | { readonly plan: Plan };

/** Removes the proxy; every URL falls back to its port. */
export async function run(context: Context): Promise<ProxyDownDocument> {
  const machine = await openEngine(context);
  if (context.flags.dryRun) return { plan: buildPlan(await previewProxyRemoval(machine.engine)) };
  const changed = await stopProxy({ ...machine, signal: context.signal });
  return { proxy: await describeProxy(machine), changed };
}

/** Renders what was done. */
export function render(data: ProxyDownDocument): string {
  if ("plan" in data) return renderPlan(data.plan);
  return data.changed ? "the proxy is removed; instances answer on localhost:PORT" : "the proxy was not running";
}
