import type { PlanStep } from "@cspace/plan";

/** What would happen to one thing of the engine's, as a step of a plan that is only shown. */
export function engineStep(
  kind: "container" | "network" | "volume" | "image",
  name: string,
  change: { readonly before: string | null; readonly after: string | null },
): PlanStep {
  return { kind, path: `docker:${kind}/${name}`, ...change, needsRoot: false };
}
