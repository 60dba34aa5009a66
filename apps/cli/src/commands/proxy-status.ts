import { describeProxy, type ProxyReport } from "@cspace/instances";
import type { Context } from "../context.ts";
import { renderProxy } from "../output/render-proxy.ts";

/** Tells the proxy's state. */
export async function run(context: Context): Promise<{ readonly proxy: ProxyReport }> {
  return { proxy: await describeProxy(context) };
}

/** Renders the proxy's state. */
export function render({ proxy }: { readonly proxy: ProxyReport }, { output }: Context): string {
  return renderProxy(proxy, output);
}
