import { openHost, readHostDns } from "@cspace/instances";
import type { Context } from "../context.ts";
import { place, verifyRules } from "../setup/install-rules.ts";
import { describeResolvers, type ResolverDocument, renderResolvers } from "../setup/resolver-document.ts";

/** Tells for every domain whether its names lead to this machine. */
export async function run(context: Context): Promise<ResolverDocument> {
  const dns = await readHostDns(await openHost(context), place(context));
  return describeResolvers(dns, await verifyRules(context, dns));
}

/** Renders the domains. */
export function render(data: ResolverDocument, { output }: Context): string {
  return renderResolvers(data, output);
}
