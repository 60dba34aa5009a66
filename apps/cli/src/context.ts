import type { Readable, Writable } from "node:stream";
import type { Output } from "./output/output.ts";

/** The flags that every command takes. */
export interface GlobalFlags {
  readonly json: boolean;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
  readonly project: string | undefined;
  readonly instance: string | undefined;
}

/** A terminal at which a person can be asked. */
export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
}

/** What a command knows of the world; only `main` makes it from the process. */
export interface Context {
  /** The directory that the command works on: `--cwd`, else the process's. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  /** Whether the process has the rights of root. */
  readonly isRoot: boolean;
  /** Absent where nobody can be asked: without a terminal, and with `--json`. */
  readonly terminal: Terminal | undefined;
  /** Whether a program that is handed this one's input and output has a terminal at both. */
  readonly handsOnTerminal: boolean;
  readonly stdin: Readable;
  /** For what speaks a protocol of its own; all else goes to `output`. */
  readonly stdout: Writable;
  /** How this program is called again. */
  readonly program: { readonly node: string; readonly script: string };
  readonly flags: GlobalFlags;
  readonly output: Output;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Takes what would end this process over, for a command that passes it on: `signal` is not aborted any more. */
  readonly takeSignals: (handler: (name: NodeJS.Signals) => void) => void;
}
