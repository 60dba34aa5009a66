import { readMachineConfig } from "@cspace/compose";
import type { Context } from "../context.ts";
import { describeGateway, describeProxy, type ProxyReport, renderProxyDocument } from "../core/describe-proxy.ts";
import { openHost } from "../core/open-host.ts";
import { findDaemon } from "../daemon/open-daemon.ts";

/** Tells the proxy's state. */
export async function run(context: Context): Promise<{ readonly proxy: ProxyReport }> {
  const { machine, noEngine, paths } = await openHost(context);
  if (machine !== undefined) return { proxy: await describeProxy(machine) };
  const [daemon, { domains }] = await Promise.all([findDaemon(context), readMachineConfig(paths)]);
  return { proxy: describeGateway(daemon?.status, { noEngine, domains }) };
}

/** Renders the proxy's state. */
export function render({ proxy }: { readonly proxy: ProxyReport }, { output }: Context): string {
  return renderProxyDocument(proxy, output);
}
