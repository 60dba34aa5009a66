import { planProxyStop, type StoppedProxy, stopProxy } from "@cspace/instances";
import { type Plan, renderPlan } from "@cspace/plan";
import type { Context } from "../context.ts";
import { instanceOptions } from "../instance-options.ts";

type ProxyDownDocument = StoppedProxy | { readonly plan: Plan };

/** Removes the proxy; every URL falls back to its own port. */
export async function run(context: Context): Promise<ProxyDownDocument> {
  const options = instanceOptions(context);
  if (context.flags.dryRun) return { plan: await planProxyStop(options) };
  return await stopProxy(options);
}

/** Renders what was done. */
export function render(data: ProxyDownDocument): string {
  if ("plan" in data) return renderPlan(data.plan);
  return data.changed ? "the proxy is removed; instances answer on localhost:PORT" : "the proxy was not running";
}
