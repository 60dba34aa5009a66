import { type HomePaths, previewProxyRemoval, readMachineConfig, stopProxy } from "@cspace/compose";
import { buildPlan, type Plan, renderPlan } from "@cspace/plan";
import type { Context } from "../context.ts";
import { describeGateway, describeProxy, type ProxyReport } from "../core/describe-proxy.ts";
import { openHost } from "../core/open-host.ts";
import { findDaemon } from "../daemon/open-daemon.ts";

type ProxyDownDocument = { readonly proxy: ProxyReport; readonly changed: boolean } | { readonly plan: Plan };

/** Removes the proxy, or without an engine lets the gateway leave its ports; every URL falls back to its own port. */
export async function run(context: Context): Promise<ProxyDownDocument> {
  const { machine, noEngine, paths } = await openHost(context);
  if (machine === undefined) return await downGateway(context, paths, noEngine);
  if (context.flags.dryRun) return { plan: buildPlan(await previewProxyRemoval(machine.engine)) };
  const changed = await stopProxy({ ...machine, signal: context.signal });
  return { proxy: await describeProxy(machine), changed };
}

/** Without an engine the gateway is the proxy: it leaves its ports until the next `up`. */
async function downGateway(context: Context, paths: HomePaths, noEngine: string | null): Promise<ProxyDownDocument> {
  if (context.flags.dryRun) return { plan: buildPlan([]) };
  const [daemon, { domains }] = await Promise.all([findDaemon(context), readMachineConfig(paths)]);
  const changed = daemon !== undefined && daemon.status.gateway.httpPort !== null;
  const status = changed ? await daemon.client.release() : daemon?.status;
  return { proxy: describeGateway(status, { noEngine, domains }), changed };
}

/** Renders what was done. */
export function render(data: ProxyDownDocument): string {
  if ("plan" in data) return renderPlan(data.plan);
  return data.changed ? "the proxy is removed; instances answer on localhost:PORT" : "the proxy was not running";
}
