import type { Step } from "@cspace/compose";

/** The steps of two parts of one run, each name once: done when one of both changed something. Pure. */
export function mergeSteps(one: readonly Step[], other: readonly Step[]): Step[] {
  const rank: readonly Step["status"][] = ["skipped", "unchanged", "done"];
  const merged = new Map(one.map((step) => [step.name, step]));
  for (const step of other) {
    const before = merged.get(step.name);
    const status = rank[Math.max(rank.indexOf(before?.status ?? "skipped"), rank.indexOf(step.status))] ?? step.status;
    merged.set(step.name, { name: step.name, status, ms: (before?.ms ?? 0) + step.ms });
  }
  return [...merged.values()];
}
