import { homePaths } from "@cspace/compose";
import { type Host, readHostDns } from "@cspace/instances";
import { buildPlan, type Plan, renderPlan } from "@cspace/plan";
import type { ResolverReport } from "@cspace/resolver";
import type { Context } from "../context.ts";
import { createProgress } from "../output/progress.ts";
import { confirmPlans } from "../prompts/confirm-plans.ts";
import { declined } from "../prompts/declined.ts";
import { createHostSteps, failWithSteps, type HostStep } from "../setup/host-steps.ts";
import { applyRules, place, proposeRules, verifyRules } from "../setup/install-rules.ts";
import { describeResolvers, type ResolverDocument, renderResolvers } from "../setup/resolver-document.ts";

type DnsUninstallDocument = (ResolverDocument & { readonly steps: readonly HostStep[] }) | { readonly plan: Plan };

/** Removes every rule of cspace's, and what lets every user have low ports; needs no engine. */
export async function run(context: Context): Promise<DnsUninstallDocument> {
  const host: Host = { paths: homePaths({ env: context.env }), machine: undefined, noEngine: null };
  const { planLowPortsRemoval, planRemoval } = await import("@cspace/resolver");
  const dns = await readHostDns(host, place(context));
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
    const after = { ...(await readHostDns(host, place(context))), names: dns.names };
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
