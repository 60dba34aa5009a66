import { buildPlan, type Plan, renderPlan } from "@cspace/plan";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { createProgress } from "../output/progress.ts";
import { renderTable } from "../output/table.ts";
import { confirmPlans } from "../prompts/confirm-plans.ts";
import { declined } from "../prompts/declined.ts";
import { createHostSteps, failWithSteps, type HostStep } from "../setup/host-steps.ts";
import { planUninstall, type Remainder } from "../setup/uninstall/plan-uninstall.ts";

interface UninstallDocument {
  /** What was removed, or with `--dry-run` would be. */
  readonly plan: Plan;
  /** Empty with `--dry-run`. */
  readonly steps: readonly HostStep[];
  readonly remains: readonly Remainder[];
}

/** Takes everything off the machine that cspace ever put there. What a run that was broken off has left, the next one takes. */
export async function run(context: Context, args: CommandArgs): Promise<UninstallDocument> {
  const { parts, roots, remains } = await planUninstall(context, { volumes: args.volumes === true });
  const plan = buildPlan(parts.flatMap((part) => part.plan.steps));
  if (context.flags.dryRun) return { plan, steps: [], remains };
  const asRoot = plan.steps.some(({ needsRoot }) => needsRoot) ? ", some of it as root" : "";
  const proposal = { plan, title: "what cspace put on this machine", question: `Remove all of this${asRoot}?` };
  const [yes] = await confirmPlans(context, [proposal], roots);
  if (yes !== true) throw declined();
  const progress = await createProgress(context.output, { verbose: context.flags.verbose });
  const steps = createHostSteps(progress, context.signal);
  try {
    for (const { name, plan, apply } of parts) {
      await steps.run(name, async () => {
        // The home is looked at again: what went before has left its locks there.
        if (plan.steps.length > 0 || name === "home") await apply();
        return plan.steps.length > 0;
      });
    }
    return { plan, steps: steps.steps, remains };
  } catch (error) {
    throw failWithSteps(error, steps);
  } finally {
    progress.stop();
  }
}

/** Renders what was removed, and what stays. */
export function render({ plan, steps, remains }: UninstallDocument, { output, flags }: Context): string {
  const { style } = output;
  const stays = renderTable(
    remains.map(({ what, why, command }) => [`  ${what}`, style.dim(why), command === null ? "" : style.cyan(command)]),
  );
  const head = flags.dryRun
    ? plan.steps.length === 0
      ? "there is nothing of cspace's"
      : renderPlan(plan)
    : steps.some(({ status }) => status === "done")
      ? "nothing of cspace's is left, but for what stays"
      : "there was nothing of cspace's";
  return `${head}\n\n${style.bold("what stays")}\n${stays}`;
}
