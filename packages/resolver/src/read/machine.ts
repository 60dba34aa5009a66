import type { RunCommand } from "@cspace/plan";

/** What is read, and by what means. */
export interface Machine {
  readonly domains: readonly string[];
  readonly root: string;
  readonly run: RunCommand;
  readonly signal: AbortSignal | undefined;
}
