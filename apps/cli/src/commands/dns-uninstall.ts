import { homePaths } from "@cspace/compose";
import { buildPlan, type Plan, renderPlan } from "@cspace/plan";
import type { ResolverReport } from "@cspace/resolver";
import type { Context } from "../context.ts";
import { confirmPlans } from "../core/confirm-plans.ts";
import { declined } from "../core/declined.ts";
import { createHostSteps, failWithSteps, type HostStep } from "../core/host-steps.ts";
import { applyRules, proposeRules, verifyRules } from "../core/install-rules.ts";
import type { Host } from "../core/open-host.ts";
import { planLowPortsRemoval } from "../core/plan-low-ports.ts";
import { readHostDns } from "../core/read-host-dns.ts";
import { describeResolvers, type ResolverDocument, renderResolvers } from "../core/resolver-document.ts";
import { createProgress } from "../output/progress.ts";

type DnsUninstallDocument = (ResolverDocument & { readonly steps: readonly HostStep[] }) | { readonly plan: Plan };

/** Removes every rule of cspace's, and what lets every user have low ports; needs no engine. */
export async function run(context: Context): Promise<DnsUninstallDocument> {
  const host: Host = { paths: homePaths({ env: context.env }), machine: undefined, noEngine: null };
  const { planRemoval } = await import("@cspace/resolver");
  const dns = await readHostDns(context, host);
  const lowPorts = await planLowPortsRemoval(context.platform);
  const plan = buildPlan([...planRemoval(dns.states).steps, ...lowPorts.steps]);
  if (context.flags.dryRun) return { plan };
  const [yes] = await confirmPlans(context, [proposeRules(dns, plan)]);
  if (yes !== true) throw declined();
  const progress = await createProgress(context.output, { verbose: context.flags.verbose });
  const steps = createHostSteps(progress, context.signal);
  try {
    if (plan.steps.length > 0) {
      await steps.run("resolver", async () => {
        await applyRules(context, host, plan);
        return true;
      });
    }
    const after = { ...(await readHostDns(context, host)), names: dns.names };
    let reports: readonly ResolverReport[] = [];
    await steps.run("verify", async () => {
      reports = await verifyRules(context, after);
      return false;
    });
    return { ...describeResolvers(after, reports), steps: steps.steps };
  } catch (error) {
    throw failWithSteps(error, steps);
  } finally {
    progress.stop();
  }
}

/** Renders what was done, and what became of every domain. */
export function render(data: DnsUninstallDocument, { output }: Context): string {
  if ("plan" in data) return renderPlan(data.plan);
  const removed = data.steps.some(({ name }) => name === "resolver");
  return `${removed ? "what cspace changed is taken back" : "there is nothing to take back"}\n\n${renderResolvers(data, output)}`;
}
