import { type ProxyReport, planProxyStart, startProxy } from "@cspace/instances";
import { type Plan, renderPlan } from "@cspace/plan";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { instanceOptions } from "../instance-options.ts";
import { renderProxy } from "../output/render-proxy.ts";
import { withProgress } from "../output/with-progress.ts";

type ProxyUpDocument = { readonly proxy: ProxyReport } | { readonly plan: Plan };

/** Starts the proxy, or changes its ports. */
export async function run(context: Context, args: CommandArgs): Promise<ProxyUpDocument> {
  const port = (value: unknown): number | "auto" | undefined =>
    value === "auto" || typeof value === "number" ? value : undefined;
  const { httpPort, httpsPort, dnsPort } = args;
  const ports = { httpPort: port(httpPort), httpsPort: port(httpsPort), dnsPort: port(dnsPort) };
  const options = { ...instanceOptions(context), ...ports };
  if (context.flags.dryRun) return { plan: await planProxyStart(options) };
  return { proxy: await withProgress(context, (listeners) => startProxy({ ...options, ...listeners })) };
}

/** Renders the proxy's state. */
export function render(data: ProxyUpDocument, { output }: Context): string {
  return "plan" in data ? renderPlan(data.plan) : renderProxy(data.proxy, output);
}
