import { CspaceError } from "@cspace/errors";
import { describeHolder, isPortFree, type ListedContainer, portHolder } from "@cspace/ports";
import type { DockerEngine } from "../engine/docker-engine.ts";
import { listPublished } from "../engine/list-published.ts";
import type { ComposeErrorCode } from "../errors.ts";
import type { MachineConfig } from "../home/machine-config.ts";
import type { ProxyState } from "./proxy-state.ts";
import type { PortConflict, PortKind, ProxyPorts } from "./read-port-conflict.ts";

/** Where the proxy listens when nothing was chosen: the first that is free. */
export const portCandidates = {
  http: [80, 8088, 8880, 9088],
  https: [443, 8443, 9443, 10443],
  dns: [53, 5300, 5301],
} as const;

/** A port that the proxy cannot have. */
export interface TakenPort {
  readonly port: number;
  /** What stands in the way, to be read after the port: `is taken by nginx (pid 123)`. */
  readonly why: string;
}

/** The ports that Docker refused just now, and why. */
export type RefusedPorts = ReadonlyMap<number, PortConflict["reason"]>;

/** Options of {@link choosePort}. */
export interface ChoosePortOptions {
  readonly kind: PortKind;
  /** A port that was chosen before, or named by the user. */
  readonly chosen: number | null;
  /** The port that the running proxy holds itself, which is free for it. */
  readonly own: number | null;
  /** The port that the proxy holds by now: an attempt in which another port was refused may have started it. */
  readonly held: number | null;
  /** Whether to choose afresh, rather than to stay on `own`. @default false */
  readonly afresh?: boolean;
  readonly engine: DockerEngine;
  /** Ports that Docker refused just now, so that they count as taken. */
  readonly refused: RefusedPorts;
}

/** What was chosen, and what stood in the way. A port that cannot be tested counts as free: Docker's bind decides. */
export interface PortChoice {
  readonly port: number | null;
  readonly taken: readonly TakenPort[];
}

/** Chooses the port that the proxy takes on this host; `null` when all candidates are taken. */
async function choosePort(options: ChoosePortOptions): Promise<PortChoice> {
  const { kind, chosen, own, held, afresh = false, engine, refused } = options;
  const taken: TakenPort[] = [];
  const stay = own === null || afresh ? portCandidates[kind] : [own];
  for (const port of chosen === null ? stay : [chosen]) {
    if (port === own || port === held || (!refused.has(port) && (await isUsable(kind, port)))) return { port, taken };
    taken.push({ port, why: await explainTaken(kind, port, engine, refused.get(port)) });
  }
  return { port: null, taken };
}

/** Options of {@link choosePorts}. */
export interface ChoosePortsOptions {
  readonly engine: DockerEngine;
  /** The ports that are kept or asked for. */
  readonly config: Pick<MachineConfig, "httpPort" | "httpsPort" | "dnsPort">;
  readonly state: Pick<ProxyState, "proxyRunning" | "dnsRunning" | "httpPort" | "httpsPort" | "dnsPort">;
  /** The proxy as it is by now, when an attempt was made already. @default state */
  readonly current?: ChoosePortsOptions["state"] | undefined;
  readonly refused: Readonly<Record<PortKind, RefusedPorts>>;
  /** What the user asked for; `"auto"` chooses afresh. */
  readonly httpPort?: number | "auto" | undefined;
  readonly httpsPort?: number | "auto" | undefined;
  readonly dnsPort?: number | "auto" | undefined;
  /** The DNS port that a rule of the host's resolver names; asked only where no port is kept. @default none */
  readonly ruleDnsPort?: (() => Promise<number | null>) | undefined;
}

/**
 * Chooses the ports of the proxy, with a sentence for each that was taken. Without one for HTTPS or DNS the proxy goes on.
 *
 * DNS never leaves the port that a rule of the host names unless the user says so: all names would be lost.
 *
 * @throws {CspaceError} `CSPACE_PORT_TAKEN` for HTTP, and for another port that the user names.
 */
export async function choosePorts(options: ChoosePortsOptions): Promise<ProxyPorts & { readonly notes: string[] }> {
  const { config, state, current = state, refused, engine, ruleDnsPort } = options;
  const choose = (kind: PortKind, chosen: number | null): Promise<PortChoice> => {
    const name = `${kind}Port` as const;
    const isOf = ({ proxyRunning, dnsRunning }: ChoosePortsOptions["state"]): boolean =>
      kind === "dns" ? dnsRunning : proxyRunning;
    return choosePort({
      kind,
      chosen,
      own: isOf(state) ? state[name] : null,
      held: isOf(current) ? current[name] : null,
      afresh: options[name] === "auto",
      refused: refused[kind],
      engine,
    });
  };
  const http = await choose("http", config.httpPort);
  if (http.port === null) throw portTaken("http", http.taken[0] as TakenPort);
  const https = await choose("https", config.httpsPort);
  if (https.port === null && typeof options.httpsPort === "number")
    throw portTaken("https", https.taken[0] as TakenPort);
  const isFree = config.dnsPort === null && options.dnsPort === undefined;
  const dns = await choose("dns", config.dnsPort ?? (isFree ? ((await ruleDnsPort?.()) ?? null) : null));
  if (dns.port === null && typeof options.dnsPort === "number") throw portTaken("dns", dns.taken[0] as TakenPort);
  const describe = (kind: string, choice: PortChoice) => (one: TakenPort) =>
    `port ${one.port} on 127.0.0.1 ${one.why}; ${
      choice.port === null ? `the proxy goes on without ${kind}` : `${kind} is on port ${choice.port}`
    }`;
  return {
    httpPort: http.port,
    httpsPort: https.port,
    dnsPort: dns.port,
    notes: [
      ...http.taken.map(describe("HTTP", http)),
      ...https.taken.map(describe("HTTPS", https)),
      ...dns.taken.map(describe("DNS", dns)),
    ],
  };
}

/** The error for a port that the user asked for, or that was kept, and that another holds. */
export function portTaken(kind: PortKind, { port, why }: TakenPort): CspaceError<ComposeErrorCode> {
  return new CspaceError("CSPACE_PORT_TAKEN", `port ${port} on 127.0.0.1 ${why}`, {
    hint: `stop it, or let cspace choose: cspace proxy up --${kind}-port auto`,
  });
}

async function isUsable(kind: PortKind, port: number): Promise<boolean> {
  const answers =
    kind !== "dns"
      ? [await isPortFree(port)]
      : await Promise.all([
          isPortFree(port, { hosts: ["127.0.0.1"] }),
          isPortFree(port, { hosts: ["127.0.0.1"], protocol: "udp" }),
        ]);
  return !answers.includes("taken");
}

async function explainTaken(
  kind: PortKind,
  port: number,
  engine: DockerEngine,
  refused: PortConflict["reason"] | undefined,
): Promise<string> {
  if (refused === "permission") return "is not Docker's to open: it lacks the right";
  const containers = (): Promise<ListedContainer[]> => listPublished(engine);
  for (const protocol of kind !== "dns" ? (["tcp"] as const) : (["udp", "tcp"] as const)) {
    const holder = await portHolder(port, { protocol, containers });
    if (holder !== undefined) return `is taken by ${describeHolder(holder)}`;
  }
  return `is taken by ${refused === "container" ? "another container" : "a process of another user"}`;
}
