import { CommandFailure } from "../output/command-failure.ts";
import type { Progress } from "../output/progress.ts";

/** A stage of a command that sets up the machine. */
export interface HostStep {
  readonly name:
    | "settings"
    | "config"
    | "ports"
    | "proxy"
    | "resolver"
    | "trust"
    | "login"
    | "statusline"
    | "agents"
    | "instances"
    | "files"
    | "home"
    | "verify";
  /** `done`: something changed; `verify` is always done. */
  readonly status: "done" | "unchanged";
  readonly ms: number;
}

/** Runs stages one after the other, times and reports them. */
export interface HostSteps {
  /** Those that have ended. */
  readonly steps: readonly HostStep[];
  /** Runs one; `work` tells whether it changed something. */
  readonly run: (name: HostStep["name"], work: () => Promise<boolean>) => Promise<void>;
}

const asking: readonly HostStep["name"][] = ["ports", "resolver", "trust"];

/** Makes the stages of one command. `ports`, `resolver` and `trust` may ask for a password, so nothing moves on the terminal meanwhile. */
export function createHostSteps(progress: Pick<Progress, "onStep">, signal: AbortSignal): HostSteps {
  const steps: HostStep[] = [];
  const run: HostSteps["run"] = async (name, work) => {
    signal.throwIfAborted();
    const begin = performance.now();
    if (!asking.includes(name)) progress.onStep({ name });
    const changed = await work();
    const step: HostStep = {
      name,
      status: changed || name === "verify" ? "done" : "unchanged",
      ms: Math.round(performance.now() - begin),
    };
    steps.push(step);
    progress.onStep(step);
  };
  return { steps, run };
}

/** A failure together with the stages that had ended before it. */
export function failWithSteps(error: unknown, { steps }: HostSteps): unknown {
  if (steps.length === 0) return error;
  const inner = error instanceof CommandFailure ? error : new CommandFailure(error, {});
  return new CommandFailure(inner.cause, { ...inner.data, steps });
}
