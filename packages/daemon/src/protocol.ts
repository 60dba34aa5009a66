import type { InstanceRecord } from "@cspace/compose";
import type { ProcessState, RestartPolicy } from "@cspace/processes";

/**
 * The version of what client and daemon say to each other. A daemon of an older one is replaced: so `GET /status`,
 * `DELETE /instances`, `POST /hand-over` and what follows on it (`hand-over/messages.ts`) are understood by every version.
 */
export const protocolVersion = 1;

/** A process as a client asks for it. */
export interface ProcessRequest {
  /** Its label and its name. */
  readonly label: string;
  /** The user's own command line. */
  readonly command: string;
  /** Absolute. */
  readonly cwd: string;
  /** cspace's own variables; with others the process is started again. */
  readonly env: Readonly<Record<string, string>>;
  /** The environment of whoever asked, below `env`. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
  /** The port that it is told to take. */
  readonly port: number;
  /** Whether that is the only one that will do; otherwise another one is found when it is taken. @default false */
  readonly isPortFixed?: boolean;
  /** The text of the script that `command` calls; with another one the process is started again. @default none */
  readonly script?: string | null;
  /** The domains that hostnames are under, for servers that check them. */
  readonly domains: readonly string[];
  /** Where the proxy in front answers, for servers that tell it to browsers. */
  readonly proxyPort?: number;
  /** What the URLs in `env` begin with. @default "http" */
  readonly protocol?: "http" | "https";
  /** Where HTTPS is answered, to which who asks over HTTP is sent. @default nobody is sent away */
  readonly redirectTo?: number | undefined;
  /** Whether it gets what is asked at `/.well-known/cspace` too. @default false */
  readonly exempt?: boolean | undefined;
  readonly restart?: RestartPolicy | undefined;
}

/** What a client asks to be started: processes that run as asked already are left alone, others of the instance end. */
export interface StartRequest {
  readonly record: InstanceRecord;
  readonly processes: readonly ProcessRequest[];
}

/** What becomes of processes that are held, and stay so: all of an instance, or those of some labels. */
export interface ControlRequest {
  readonly project: string;
  readonly instance: string;
  readonly action: "stop" | "start" | "restart";
  /** @default all */
  readonly labels?: readonly string[] | undefined;
}

/** Where a process runs, and with which environment: for whoever works beside it. */
export interface ProcessPlace {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A route that lives as long as the connection of the request for it. */
export interface LeaseRequest {
  readonly record: InstanceRecord;
  readonly label: string;
  readonly port: number;
  /** For people: the command that serves it. */
  readonly command: string;
  /** As of a process. */
  readonly redirectTo?: number | undefined;
}

/**
 * Asks the daemon to tell, in place of a proxy that does not know, why routes of containers are not served yet; until
 * the instance is gone.
 */
export interface WatchRequest {
  readonly project: string;
  readonly instance: string;
  readonly labels: readonly string[];
  /** The engine that has the containers. */
  readonly endpoint: string;
}

/** Tells the daemon which hostnames of a process its server refuses, for those who do not ask servers. */
export interface RefusalRequest {
  readonly project: string;
  readonly instance: string;
  readonly label: string;
  readonly hostnames: readonly string[];
}

/** Asks the daemon to let another one, which it starts, go on with all it holds. */
export interface HandOverRequest {
  /** The program, and its arguments. */
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** One label that a process of the host serves. */
export interface HeldRoute {
  readonly label: string;
  /** The command line that serves it. */
  readonly command: string;
  /** Where it listens, or is told to. */
  readonly port: number;
  /** The address that it listens on, of this machine's loopback. */
  readonly host: "127.0.0.1" | "::1";
  readonly state: ProcessState;
  /** The port that it was told to take. */
  readonly askedPort: number;
  /** As of the request for it. @default "http" */
  readonly protocol?: "http" | "https" | undefined;
  /** When it was asked for, in milliseconds since 1970: another one is another process. */
  readonly startedAt: number;
  /** Whether a foreground command holds it. */
  readonly leased: boolean;
  /** Why it is not up, where that is known. */
  readonly error: DaemonFailure["error"] | null;
  /** The pid of its process, which is also its group's; none of what does not run, and of a foreground command. */
  readonly pid?: number | null;
  /** Hostnames that its server was found to refuse. @default none */
  readonly refused?: readonly string[];
}

/** Whether a process has ended, and is not started again by itself. */
export const isOver = (state: HeldRoute["state"]): boolean =>
  state === "exited" || state === "failed" || state === "stopped";

/** An instance, as far as its processes go. */
export interface HeldInstance {
  readonly record: InstanceRecord;
  readonly routes: readonly HeldRoute[];
}

/** What the daemon is and holds. */
export interface DaemonStatus {
  readonly protocol: number;
  readonly version: string;
  readonly pid: number;
  readonly gateway: {
    /** `null`: no port of the list could be had. */
    readonly httpPort: number | null;
    /** Absent of an older daemon, which serves none. */
    readonly httpsPort?: number | null;
    readonly dnsPort: number | null;
    readonly domains: readonly string[];
    /** What kept ports from being the first of the list, a sentence each. */
    readonly notes: readonly string[];
    /** Why it shows no certificates, or that nothing trusts them yet, a sentence each. Absent of an older daemon. */
    readonly certificateNotes?: readonly string[];
  };
  readonly instances: readonly HeldInstance[];
  /** The engines on which it looks after containers of instances. Absent of an older daemon, which looks after none. */
  readonly engines?: readonly string[];
  /** Whether it shows the page. Absent of an older daemon, which does not. */
  readonly hasPage?: boolean;
}

/** How the daemon says that it failed. */
export interface DaemonFailure {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string | null };
}
