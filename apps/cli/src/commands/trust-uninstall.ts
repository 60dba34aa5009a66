import { buildPlan, type Plan, renderPlan } from "@cspace/plan";
import type { Context } from "../context.ts";
import { confirmPlans } from "../prompts/confirm-plans.ts";
import { declined } from "../prompts/declined.ts";
import { describeTrust, renderTrust, type TrustDocument } from "../setup/trust-document.ts";
import { applyTrust, proposeTrust, readMachineTrust } from "../setup/trust-machine.ts";

type TrustUninstallDocument = (TrustDocument & { readonly changed: boolean }) | { readonly plan: Plan };

/** Takes every root of cspace's out of every store. */
export async function run(context: Context): Promise<TrustUninstallDocument> {
  const { planDistrust } = await import("@cspace/trust");
  const trust = await readMachineTrust(context);
  const plan = trust === undefined ? buildPlan([]) : planDistrust(trust.stores);
  if (context.flags.dryRun) return { plan };
  const roots = trust === undefined ? [] : [trust.root, ...trust.former];
  const [yes] = await confirmPlans(context, [proposeTrust(plan, "what trusts cspace's authority")], roots);
  if (yes !== true) throw declined();
  if (trust !== undefined && plan.steps.length > 0) await applyTrust(context, plan, trust);
  return { ...describeTrust(await readMachineTrust(context)), changed: plan.steps.length > 0 };
}

/** Renders what was done, and what the stores say now. */
export function render(data: TrustUninstallDocument, { output }: Context): string {
  if ("plan" in data) return renderPlan(data.plan);
  return `${data.changed ? "no store trusts it any more" : "there is nothing to take back"}\n\n${renderTrust(data, output)}`;
}
