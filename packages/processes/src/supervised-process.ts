import type { LogOptions } from "./create-log.ts";
import type { ProcessAddress } from "./find-address.ts";
import type { Backoff, RestartPolicy } from "./plan-restart.ts";
import type { ProcessState } from "./process-state.ts";
import type { ProcessExit, ProcessSockets } from "./start-process.ts";
import type { ProcessSystem } from "./system.ts";

/** A process that is to run. */
export interface ProcessSpec {
  /** What it is called in messages and by its log: its label. */
  readonly name: string;
  /** The command line, for the shell. */
  readonly command: string;
  readonly cwd: string;
  /** Variables beside those of the environment. @default {} */
  readonly env?: Readonly<Record<string, string>>;
  /** The port it is to have. @default a free one, the same one for every start while it is free */
  readonly port?: number;
  /** Without `port`: the one it is given the first time, when that is free. @default any */
  readonly preferredPort?: number;
  /** The address it is to listen on. @default "127.0.0.1" */
  readonly host?: string;
  /** The domains under which it is reached, the first one first. @default [] */
  readonly domains?: readonly string[];
  /** Where the proxy in front answers HTTP, for servers that tell it to browsers. @default nobody knows */
  readonly proxyPort?: number;
  /** @default "no" */
  readonly restart?: RestartPolicy;
}

/** A process that runs, as another supervisor goes on with it. */
export interface RunningProcess {
  /** Its own pid, and its group's. */
  readonly pid: number;
  /** The port that it was given. */
  readonly port: number;
  /** Where it is reached; `null`: nowhere yet. */
  readonly address: ProcessAddress | null;
  /** Whether it has listened once, or had its time. */
  readonly hadItsTime: boolean;
  /** This end of its streams, or what resolves to it once whoever had it has let go: nothing is read before. */
  readonly sockets: ProcessSockets | Promise<ProcessSockets>;
}

/** The sockets of a process, which `subprocess.send()` hands on with `keepOpen`. Who gets one reads from it at once. */
interface HandedSockets {
  readonly sockets: ProcessSockets;
}

/** A process that is handed to another supervisor. Its output is read by neither until `letGo` or `keep`. */
export interface ProcessHandOver {
  /** `null`: none runs now, but another start is waited for. */
  readonly running: (RunningProcess & HandedSockets) | null;
  /** Ends the supervision and nothing else. Resolves when what was read is in the log. */
  letGo(): Promise<void>;
  /** Goes on as before: nobody has taken it. */
  keep(): void;
}

/** Options of {@link superviseProcess}. */
export interface SuperviseProcessOptions {
  /** Where its output is written, see `readLog`. @default nowhere, the last lines are kept in memory alone */
  readonly log?: Omit<LogOptions, "name">;
  /** How many lines are kept in memory. @default 1_000 */
  readonly keepLines?: number;
  /** How long it may take to listen, in milliseconds. @default 60_000 */
  readonly readyMs?: number;
  /** How long one that listens elsewhere may take to listen on the port it was given, in milliseconds. @default 1_000 */
  readonly settleMs?: number;
  /** How long it may take to end when it is told to, in milliseconds. @default 5_000 */
  readonly graceMs?: number;
  /** How long new starts are put off. */
  readonly backoff?: Partial<Backoff>;
  /** The environment that it inherits. @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * One that runs already, and that another supervisor lets go of, instead of a first start. How it ends is not known
   * then: its parent alone is told.
   */
  readonly running?: RunningProcess;
  /** Stops it. */
  readonly signal?: AbortSignal;
  /** @default this machine */
  readonly system?: ProcessSystem;
}

/** A process that is watched over; everything it tells is of now. */
export interface SupervisedProcess {
  readonly state: ProcessState;
  /** The pid of the one that runs, which is also its group's. */
  readonly pid: number | null;
  /** The port it took; `null` while it listens nowhere. */
  readonly port: number | null;
  /** Where it is reached. */
  readonly address: ProcessAddress | null;
  /** How it ended the last time. */
  readonly exit: ProcessExit | null;
  /** How often it has been started again. */
  readonly restarts: number;
  /** Why it is not up, where that is known. */
  readonly error: Error | null;
  /** Why its output is not written to its log at the moment. */
  readonly logFailure: Error | null;
  /**
   * Resolves when it is up.
   *
   * @throws `CSPACE_PROCESS_EXITED` with its last lines when it ends first, `CSPACE_PROCESS_SILENT` when it listens nowhere
   * in time, `CSPACE_PROCESS_START_FAILED`, `CSPACE_PROCESS_PORT_TAKEN`; the signal's reason.
   */
  ready(options?: { readonly signal?: AbortSignal }): Promise<ProcessAddress>;
  /** Calls back after every change, at once; it must not throw. Gives what ends that. */
  onChange(listener: () => void): () => void;
  /** The last lines of its output, the newest last, also one without an end. */
  lastLines(count: number): readonly string[];
  /**
   * Prepares to hand it to another supervisor, which may be in another process. Resolves when it is settled whether it
   * runs. One that is told to stop is handed to nobody: `null`.
   */
  handOver(): Promise<ProcessHandOver | null>;
  /** Looks again where it listens, for a server that moved to another port. */
  refresh(): Promise<void>;
  /**
   * Ends its whole group; resolves when nothing of it is left, no timer and no stream either.
   *
   * @throws `CSPACE_PROCESS_STUCK`
   */
  stop(): Promise<void>;
}
