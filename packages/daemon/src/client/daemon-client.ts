import { type IncomingMessage, request } from "node:http";
import type { SleeperNames } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import type { FurtherAddress } from "@cspace/gateway";
import type {
  ControlRequest,
  DaemonFailure,
  DaemonStatus,
  HandOverRequest,
  LeaseRequest,
  ProcessPlace,
  RefusalRequest,
  StartRequest,
  WatchRequest,
} from "../protocol.ts";
import type { SleepRequest } from "../sleep/create-sleeper.ts";

/** What answers on the daemon's socket. */
export interface DaemonClient {
  /** With `stay` it does not end before the next call, as long as that is made soon. */
  readonly status: (options?: { readonly stay?: boolean }) => Promise<DaemonStatus>;
  readonly start: (body: StartRequest) => Promise<DaemonStatus>;
  /** Whether there was anything to stop. */
  readonly stop: (names: { readonly project: string; readonly instance: string }) => Promise<boolean>;
  /** Gives the labels of what was changed; `undefined` where the daemon is too old to know how. */
  readonly control: (body: ControlRequest) => Promise<readonly string[] | undefined>;
  /** Where a process runs; `undefined` where there is none. */
  readonly place: (names: {
    readonly project: string;
    readonly instance: string;
    readonly label: string;
  }) => Promise<ProcessPlace | undefined>;
  /** Lets the gateway be this machine's proxy, on these ports where they are named. */
  readonly direct: (ports: {
    readonly httpPort: number | null;
    readonly httpsPort: number | null;
    readonly dnsPort: number | null;
  }) => Promise<DaemonStatus>;
  /** Leaves the ports of this machine's proxy to another one. */
  readonly release: () => Promise<DaemonStatus>;
  /** Opens the gateway to a proxy in front of it, and gives the port on which it is reached. */
  readonly front: (further: FurtherAddress | null) => Promise<number>;
  /** Lets it stay for so many milliseconds, though it holds nothing. */
  readonly stay: (ms: number) => Promise<void>;
  /** Lets it stay while containers of instances run on an engine. */
  readonly watchEngine: (endpoint: string) => Promise<void>;
  /** Lets it tell why routes of containers are not served yet. */
  readonly watch: (body: WatchRequest) => Promise<void>;
  /** Lets it read again what sleeps, and what is to sleep when nobody uses it; `false`: it is too old to know how. */
  readonly refreshSleepers: () => Promise<boolean>;
  /** Puts an instance to sleep; whether there was anything to, `undefined` where the daemon is too old to know how. */
  readonly sleep: (request: SleepRequest) => Promise<boolean | undefined>;
  /** Wakes an instance, and resolves when it is there; whether it was asleep, `undefined` as of `sleep`. */
  readonly wake: (names: SleeperNames) => Promise<boolean | undefined>;
  /** Keeps an instance awake until `release` is called, or this process ends. */
  readonly hold: (names: SleeperNames) => Promise<Lease>;
  /** Lets it show certificates of the authority of now. */
  readonly refreshCertificates: () => Promise<void>;
  /** Tells it which hostnames a process was found to refuse. */
  readonly refuse: (body: RefusalRequest) => Promise<void>;
  /** Lets another daemon, which it starts, go on with all it holds; resolves when that one serves. */
  readonly handOver: (body: HandOverRequest) => Promise<void>;
  /** Ends it, with all that it holds; resolves when it has said that it will. */
  readonly end: () => Promise<void>;
  /** Holds a route until `release` is called, this process ends, or the daemon does; `undefined` when the label is taken. */
  readonly lease: (body: LeaseRequest) => Promise<Lease | undefined>;
}

/** A route that is held. */
export interface Lease {
  readonly release: () => void;
  /** Settles when the daemon has gone. */
  readonly lost: Promise<void>;
}

/** Speaks to the daemon on a socket. Every call rejects with the system's error when nobody is there. */
export function createDaemonClient(socketPath: string, { timeoutMs }: { readonly timeoutMs: number }): DaemonClient {
  const call = async <Answer>(
    method: string,
    path: string,
    body?: object,
    atMostMs = timeoutMs,
  ): Promise<Answer | undefined> => {
    const response = await send({ socketPath, method, path, timeoutMs: atMostMs }, body);
    const text = await readText(response, atMostMs);
    if (response.statusCode === 404) return undefined;
    if (response.statusCode === 200) return JSON.parse(text) as Answer;
    throw explain(text);
  };
  const must = async <Answer>(...args: Parameters<typeof call>): Promise<Answer> =>
    (await call<Answer>(...args)) as Answer;
  return {
    status: ({ stay = false } = {}) => must<DaemonStatus>("GET", stay ? "/status?stay" : "/status"),
    start: (body) => must<DaemonStatus>("PUT", "/instances", body),
    stop: async ({ project, instance }) =>
      (await must<{ stopped: boolean }>("DELETE", `/instances/${project}/${instance}`)).stopped,
    control: async (body) => (await call<{ labels: readonly string[] }>("POST", "/processes", body))?.labels,
    place: ({ project, instance, label }) => call<ProcessPlace>("GET", `/processes/${project}/${instance}/${label}`),
    direct: (ports) => must<DaemonStatus>("PUT", "/gateway", ports),
    release: () => must<DaemonStatus>("DELETE", "/gateway"),
    front: async (further) => (await must<{ port: number }>("PUT", "/front", { further })).port,
    stay: async (ms) => {
      await call("PUT", "/stay", { ms });
    },
    watchEngine: async (endpoint) => {
      await call("PUT", "/engines", { endpoint });
    },
    watch: async (body) => {
      await must("PUT", "/watches", body);
    },
    refreshSleepers: async () => (await call("PUT", "/sleepers")) !== undefined,
    sleep: async ({ project, instance, ...body }) =>
      (await call<{ asleep: boolean }>("POST", `/sleepers/${project}/${instance}`, body, patientMs))?.asleep,
    wake: async ({ project, instance }) =>
      (await call<{ woken: boolean }>("DELETE", `/sleepers/${project}/${instance}`, undefined, patientMs))?.woken,
    hold: async ({ project, instance }) => {
      const response = await send({ socketPath, method: "POST", path: "/holds", timeoutMs }, { project, instance });
      return leaseOf(response);
    },
    refreshCertificates: async () => {
      await call("POST", "/certificates");
    },
    refuse: async (body) => {
      await must("PUT", "/refusals", body);
    },
    handOver: async (body) => {
      await must("POST", "/hand-over", body);
    },
    end: async () => {
      await must("POST", "/stop");
    },
    lease: async (body) => {
      const response = await send({ socketPath, method: "POST", path: "/leases", timeoutMs }, body);
      if (response.statusCode === 409) {
        response.destroy();
        return undefined;
      }
      if (response.statusCode !== 200) throw explain(await readText(response, timeoutMs));
      return leaseOf(response);
    },
  };
}

/** How long whole instances may take to end or to be there, in milliseconds. */
const patientMs = 300_000;

function leaseOf(response: IncomingMessage): Lease {
  response.resume();
  const lost = new Promise<void>((resolve) => response.once("close", resolve));
  response.on("error", () => undefined);
  return { release: () => void response.destroy(), lost };
}

function send(
  options: { socketPath: string; method: string; path: string; timeoutMs: number },
  body: object | undefined,
): Promise<IncomingMessage> {
  const { timeoutMs, ...rest } = options;
  return new Promise((resolve, reject) => {
    // A server's name that is given is not looked for in the headers, which takes 3 ms the first time.
    const named = { servername: "" };
    const sent = request({ ...rest, ...named, agent: false, headers: { "content-type": "application/json" } });
    const timer = setTimeout(() => void sent.destroy(silence()), timeoutMs);
    sent.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    sent.once("response", (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function readText(response: IncomingMessage, timeoutMs: number): Promise<string> {
  let text = "";
  response.setEncoding("utf8");
  const timer = setTimeout(() => void response.destroy(silence()), timeoutMs);
  try {
    for await (const chunk of response) text += chunk;
  } finally {
    clearTimeout(timer);
  }
  return text;
}

const silence = (): Error => Object.assign(new Error("the daemon does not answer"), { code: "ETIMEDOUT" });

function explain(text: string): Error {
  try {
    const { error } = JSON.parse(text) as DaemonFailure;
    return new CspaceError(error.code as `CSPACE_${string}`, error.message, { hint: error.hint ?? undefined });
  } catch {
    return new Error(`the daemon answered: ${text.slice(0, 200)}`);
  }
}
