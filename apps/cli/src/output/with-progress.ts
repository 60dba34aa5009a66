import type { OnStep, Step } from "@cspace/compose";
import type { Context } from "../context.ts";
import { CommandFailure } from "./command-failure.ts";
import { createProgress } from "./progress.ts";

/** Whom a library tells of its progress. */
export interface ProgressListeners {
  readonly onStep: OnStep;
  readonly onLine: (line: string) => void;
}

/**
 * Shows the progress of what changes something. A failure after its first step has begun carries the steps that have
 * ended, and what `describe` adds.
 */
export async function withProgress<Result>(
  { output, flags }: Context,
  work: (listeners: ProgressListeners) => Promise<Result>,
  describe: () => Promise<object> = async () => ({}),
): Promise<Result> {
  const progress = await createProgress(output, { verbose: flags.verbose });
  const steps: Step[] = [];
  let hasBegun = false;
  const onStep: OnStep = (step) => {
    hasBegun = true;
    if (step.status !== undefined) steps.push(step as Step);
    progress.onStep(step);
  };
  try {
    return await work({ onStep, onLine: progress.onLine });
  } catch (error) {
    throw hasBegun ? new CommandFailure(error, { ...(await describe()), steps }) : error;
  } finally {
    progress.stop();
  }
}
