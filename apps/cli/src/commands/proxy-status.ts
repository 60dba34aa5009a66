import type { Context } from "../context.ts";
import { describeProxy, type ProxyReport, renderProxyDocument } from "../core/describe-proxy.ts";
import { openEngine } from "../core/open-engine.ts";

/** Tells the proxy's state. */
export async function run(context: Context): Promise<{ readonly proxy: ProxyReport }> {
  return { proxy: await describeProxy(await openEngine(context)) };
}

/** Renders the proxy's state. */
export function render({ proxy }: { readonly proxy: ProxyReport }, { output }: Context): string {
  return renderProxyDocument(proxy, output);
}
