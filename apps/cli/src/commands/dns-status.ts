import type { Context } from "../context.ts";
import { verifyRules } from "../core/install-rules.ts";
import { openHost } from "../core/open-host.ts";
import { readHostDns } from "../core/read-host-dns.ts";
import { describeResolvers, type ResolverDocument, renderResolvers } from "../core/resolver-document.ts";

/** Tells for every domain whether its names lead to this machine. */
export async function run(context: Context): Promise<ResolverDocument> {
  const dns = await readHostDns(context, await openHost(context));
  return describeResolvers(dns, await verifyRules(context, dns));
}

/** Renders the domains. */
export function render(data: ResolverDocument, { output }: Context): string {
  return renderResolvers(data, output);
}
