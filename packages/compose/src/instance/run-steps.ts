/** A step of `up` or `down`. */
export interface Step {
  readonly name:
    | "proxy"
    | "networks"
    | "create"
    | "attach"
    | "start"
    | "wait"
    | "verify"
    | "detach"
    | "stop"
    | "remove"
    | "sleep"
    | "wake";
  /** `done`: something on the machine changed. */
  readonly status: "done" | "unchanged" | "skipped";
  readonly ms: number;
}

/** Reports a step when it begins (without a status) and when it ends. */
export type OnStep = (step: {
  readonly name: Step["name"];
  readonly status?: Step["status"];
  readonly ms?: number;
}) => void;

/** Runs steps one after the other, times and reports them. */
export interface StepRunner {
  /** The steps that have ended. */
  readonly steps: readonly Step[];
  readonly run: (name: Step["name"], work: () => Promise<Step["status"]>) => Promise<void>;
}

/** Makes the runner of one `up` or `down`. */
export function createStepRunner(onStep: OnStep | undefined): StepRunner {
  const steps: Step[] = [];
  return {
    steps,
    run: async (name, work) => {
      const begin = performance.now();
      onStep?.({ name });
      const status = await work();
      const step: Step = { name, status, ms: Math.round(performance.now() - begin) };
      steps.push(step);
      onStep?.(step);
    },
  };
}
