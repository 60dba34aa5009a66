import { CspaceError } from "@cspace/errors";
import { type Plan, renderPlan } from "@cspace/plan";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import type { CliErrorCode } from "../errors.ts";
import { confirmPlans } from "../prompts/confirm-plans.ts";
import { declined } from "../prompts/declined.ts";
import { describeTrust, renderTrust, type TrustDocument } from "../setup/trust-document.ts";
import {
  installTrust,
  previewInstall,
  proposeInstall,
  proposeMachineTrust,
  readMachineTrust,
} from "../setup/trust-machine.ts";

type TrustInstallDocument = (TrustDocument & { readonly changed: boolean }) | { readonly plan: Plan };

/** Lets the stores of this machine trust its authority, and no former one. */
export async function run(context: Context, args: CommandArgs): Promise<TrustInstallDocument> {
  const system = args.system === true;
  if (system && context.platform !== "darwin") throw notOfMac();
  const trust = await proposeMachineTrust(context, { system });
  if (context.flags.dryRun) return { plan: await previewInstall(context, trust) };
  const proposal = await proposeInstall(trust);
  const [yes] = await confirmPlans(context, [proposal], [trust.root, ...trust.former]);
  if (yes !== true) throw declined();
  await installTrust(context, trust);
  return { ...describeTrust(await readMachineTrust(context)), changed: proposal.plan.steps.length > 0 };
}

function notOfMac(): CspaceError<CliErrorCode> {
  return new CspaceError(
    "CSPACE_USAGE",
    "--system is for macOS: elsewhere the system's store is everybody's, or asked by nobody",
    {
      hint: "leave it out: cspace trust install",
    },
  );
}

/** Renders what was done, and what the stores say now. */
export function render(data: TrustInstallDocument, { output }: Context): string {
  if ("plan" in data) return renderPlan(data.plan);
  const head = data.changed
    ? "done; browsers that run ask their store again when they are started anew, and instances keep the URLs of their environment until cspace up --recreate"
    : "nothing to change";
  return `${head}\n\n${renderTrust(data, output)}`;
}
