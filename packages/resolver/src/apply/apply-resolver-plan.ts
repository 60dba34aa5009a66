import { type ApplyElevatedPlanOptions, applyElevatedPlan, type Plan, runCommand } from "@cspace/plan";
import { nrptCommands } from "../plan/nrpt-commands.ts";
import { readNrpt } from "../read/read-nrpt.ts";

/** Options of {@link applyResolverPlan}. */
export type ApplyResolverPlanOptions = Omit<ApplyElevatedPlanOptions, "commands" | "read">;

/**
 * Makes exactly the steps of a plan, in their order, all of them or none, as `applyElevatedPlan` does. When a step fails,
 * those before it are undone and the resolver reads its files again.
 *
 * @throws {CspaceError} the codes of `applyElevatedPlan`.
 * @example
 * ```ts
 * await applyResolverPlan(planResolver(await readResolver(), { domains: ["cspace.local"], port: 53 }));
 * ```
 */
export async function applyResolverPlan(plan: Plan, options: ApplyResolverPlanOptions = {}): Promise<void> {
  const { run = runCommand } = options;
  await applyElevatedPlan(plan, {
    ...options,
    commands: nrptCommands,
    read: {
      nrpt: async ({ path }) => {
        const namespace = path.slice("nrpt:".length);
        const own = (await readNrpt(run)).filter(({ comment }) => comment === "cspace");
        const rule = own.find(({ namespaces }) => namespaces.includes(namespace));
        return { content: rule === undefined ? null : `${rule.servers.join(", ")}\n` };
      },
    },
  });
}
