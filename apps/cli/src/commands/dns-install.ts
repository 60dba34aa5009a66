import { openHost, readHostDns } from "@cspace/instances";
import { type Plan, renderPlan } from "@cspace/plan";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { createProgress } from "../output/progress.ts";
import { createHostSteps, failWithSteps, type HostStep } from "../setup/host-steps.ts";
import { installRules, place, planRules } from "../setup/install-rules.ts";
import {
  describeResolvers,
  type ResolverDocument,
  renderResolvers,
  requireFollowed,
} from "../setup/resolver-document.ts";

type DnsInstallDocument = (ResolverDocument & { readonly steps: readonly HostStep[] }) | { readonly plan: Plan };

/** Installs the rules that send every domain to the proxy's DNS. */
export async function run(context: Context, args: CommandArgs): Promise<DnsInstallDocument> {
  const host = await openHost(context);
  const options = { localhost: args.localhost === true };
  if (context.flags.dryRun)
    return { plan: await planRules(await readHostDns(host, { ...place(context), ...options })) };
  const progress = await createProgress(context.output, { verbose: context.flags.verbose });
  const steps = createHostSteps(progress, context.signal);
  try {
    const { dns, reports } = await installRules(context, host, { ...options, steps });
    const document = { ...describeResolvers(dns, reports), steps: steps.steps };
    requireFollowed(document, dns);
    return document;
  } catch (error) {
    throw failWithSteps(error, steps);
  } finally {
    progress.stop();
  }
}

/** Renders what was done, and what became of every domain. */
export function render(data: DnsInstallDocument, { output }: Context): string {
  if ("plan" in data) return renderPlan(data.plan);
  const installed = data.steps.some(({ name }) => name === "resolver");
  return `${installed ? "the rules are installed" : "nothing to change"}\n\n${renderResolvers(data, output)}`;
}
