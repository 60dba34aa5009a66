import { buildPlan, type Plan, renderPlan } from "@cspace/plan";
import type { Context } from "../context.ts";
import { confirmPlans } from "../prompts/confirm-plans.ts";
import { declined } from "../prompts/declined.ts";
import { describeTrust, renderTrust, type TrustDocument } from "../setup/trust-document.ts";
import { applyTrust, ensureMachineTrust, proposeTrust, readMachineTrust } from "../setup/trust-machine.ts";

type TrustInstallDocument = (TrustDocument & { readonly changed: boolean }) | { readonly plan: Plan };

/** Lets the stores of this machine trust its authority, and no former one. */
export async function run(context: Context): Promise<TrustInstallDocument> {
  const { planTrust } = await import("@cspace/trust");
  if (context.flags.dryRun) return { plan: await preview(context) };
  const trust = await ensureMachineTrust(context);
  const plan = planTrust(trust.stores, trust.root);
  const [yes] = await confirmPlans(
    context,
    [proposeTrust(plan, "who trusts certificates for what this machine serves, and for nothing else")],
    [trust.root, ...trust.former],
  );
  if (yes !== true) throw declined();
  if (plan.steps.length > 0) await applyTrust(context, plan, trust);
  return { ...describeTrust(await readMachineTrust(context)), changed: plan.steps.length > 0 };
}

/** What would change, as far as it can be told: an authority that is still to be made has no name yet. */
async function preview(context: Context): Promise<Plan> {
  const { planTrust } = await import("@cspace/trust");
  const trust = await readMachineTrust(context);
  if (trust !== undefined) return planTrust(trust.stores, trust.root);
  context.output.note("there is no certificate authority yet: it is made first, and every store is asked to trust it");
  return buildPlan([]);
}

/** Renders what was done, and what the stores say now. */
export function render(data: TrustInstallDocument, { output }: Context): string {
  if ("plan" in data) return renderPlan(data.plan);
  const head = data.changed
    ? "done; browsers that run ask their store again when they are started anew"
    : "nothing to change";
  return `${head}\n\n${renderTrust(data, output)}`;
}
