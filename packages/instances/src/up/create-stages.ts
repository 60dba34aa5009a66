import { createStepRunner, type OnStep, type Step } from "@cspace/compose";

/** The stages of one start, each timed and told when it begins and when it ends. */
export interface Stages {
  /** Runs one, and gives what it found or made. */
  readonly run: <Result extends { readonly changed: boolean }>(
    name: Step["name"],
    work: () => Promise<Result>,
  ) => Promise<Result>;
  /** For what runs stages of its own. */
  readonly onStep: OnStep;
  /** Those that have ended, each name once: done when anything of that name changed something. */
  readonly steps: () => Step[];
}

/** Makes the stages of one start. */
export function createStages(tell: OnStep): Stages {
  const ended: Step[] = [];
  const onStep: OnStep = (step) => {
    if (step.status !== undefined) ended.push(step as Step);
    tell(step);
  };
  const runner = createStepRunner(onStep);
  return {
    run: async <Result extends { readonly changed: boolean }>(name: Step["name"], work: () => Promise<Result>) => {
      const made: { result?: Result } = {};
      await runner.run(name, async () => {
        made.result = await work();
        return made.result.changed ? "done" : "unchanged";
      });
      return made.result as Result;
    },
    onStep,
    steps: () => mergeSteps(ended),
  };
}

/** Gives each name once. */
export function mergeSteps(steps: readonly Step[]): Step[] {
  const rank: readonly Step["status"][] = ["skipped", "unchanged", "done"];
  const merged = new Map<Step["name"], Step>();
  for (const step of steps) {
    const before = merged.get(step.name);
    const status = rank[Math.max(rank.indexOf(before?.status ?? "skipped"), rank.indexOf(step.status))] ?? step.status;
    merged.set(step.name, { name: step.name, status, ms: (before?.ms ?? 0) + step.ms });
  }
  return [...merged.values()];
}
