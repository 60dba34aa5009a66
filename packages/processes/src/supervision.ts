import type { ProcessOutput } from "./create-output.ts";
import type { LiveFacts } from "./live-facts.ts";
import type { ProcessSpec } from "./supervised-process.ts";
import type { ProcessSystem } from "./system.ts";

/** What every run of one process goes by, and tells about itself. */
export interface Supervision {
  readonly spec: ProcessSpec;
  readonly system: ProcessSystem;
  /** The environment that it inherits. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How long it may take to listen, in milliseconds. */
  readonly readyMs: number;
  /** How long one that listens elsewhere may take to listen on the port it was given, in milliseconds. */
  readonly settleMs: number;
  /** How long it may take to end when it is told to, in milliseconds. */
  readonly graceMs: number;
  readonly output: ProcessOutput;
  readonly live: LiveFacts;
  /** Aborted when nothing more is to run. */
  readonly halt: AbortSignal;
  /** Aborted when somebody else goes on with it. */
  readonly left: AbortSignal;
}
