import { resolve } from "node:path";
import type { OnStep } from "@cspace/compose";
import type { DaemonProgram } from "@cspace/daemon";
import { ownDaemon } from "./daemon-program.ts";

/** What every function of this package may be told: which instance is meant, in which world, and whom to tell. */
export interface InstanceOptions {
  /** The directory whose project is meant. @default process.cwd() */
  readonly cwd?: string | undefined;
  /** The project, by its name. @default that of `cwd` */
  readonly project?: string | undefined;
  /** The instance, by its name. @default the one of `cwd` */
  readonly instance?: string | undefined;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** @default process.platform */
  readonly platform?: NodeJS.Platform | undefined;
  /** Breaks it off: what was running before runs on, and the same call again finishes it. */
  readonly signal?: AbortSignal | undefined;
  /** The command line of a daemon, where one has to be started. @default the program that this package brings */
  readonly daemonProgram?: DaemonProgram | undefined;
  /** Called when a step begins, without a status, and when it ends. */
  readonly onStep?: OnStep | undefined;
  /** Something worth knowing, a sentence each. */
  readonly onNote?: ((note: string) => void) | undefined;
  /** Something to look at, though it goes on; a sentence each. */
  readonly onWarning?: ((warning: string) => void) | undefined;
  /** What Docker Compose says meanwhile, line by line. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** {@link InstanceOptions} with every default in place. */
export interface Context {
  /** Absolute. */
  readonly cwd: string;
  readonly project: string | undefined;
  readonly instance: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly signal: AbortSignal;
  readonly program: DaemonProgram;
  readonly onStep: OnStep;
  readonly onNote: (note: string) => void;
  readonly onWarning: (warning: string) => void;
  readonly onLine: (line: string) => void;
}

/** Applies the defaults, once. */
export function createContext(options: InstanceOptions): Context {
  const nothing = (): void => undefined;
  return {
    cwd: resolve(options.cwd ?? process.cwd()),
    project: options.project,
    instance: options.instance,
    env: options.env ?? process.env,
    platform: options.platform ?? process.platform,
    signal: options.signal ?? new AbortController().signal,
    program: options.daemonProgram ?? ownDaemon(),
    onStep: options.onStep ?? nothing,
    onNote: options.onNote ?? nothing,
    onWarning: options.onWarning ?? nothing,
    onLine: options.onLine ?? nothing,
  };
}
