import {
  type ComposeErrorCode,
  type HomePaths,
  homePaths,
  portCandidates,
  readMachineConfig,
  writeMachineConfig,
} from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import { describeHolder, isPortFree, portHolder, readFirstPort } from "@cspace/ports";
import { findDaemon } from "../client/find-daemon.ts";
import type { DaemonStatus } from "../protocol.ts";
import type { DaemonPlace } from "../socket/find-socket.ts";

/** Ports as the user names them; `auto`: the first of the list that can be had; `undefined`: as they are. */
export interface WantedPorts {
  readonly httpPort?: number | "auto" | undefined;
  readonly httpsPort?: number | "auto" | undefined;
  readonly dnsPort?: number | "auto" | undefined;
}

/**
 * Keeps the ports that the gateway is to have, and moves it there at once where it serves.
 *
 * @throws {CspaceError} `CSPACE_PORT_TAKEN` for a port that is named and is another's; then nothing is changed.
 */
export async function setGatewayPorts(wanted: WantedPorts, place: DaemonPlace = {}): Promise<DaemonStatus | undefined> {
  const paths = homePaths({ env: place.env ?? process.env });
  const [daemon, config] = await Promise.all([findDaemon(place), readMachineConfig(paths)]);
  const serving = daemon?.status.gateway.httpPort != null ? daemon : undefined;
  const choose = (port: number | "auto" | undefined, kept: number | null): number | null =>
    port === undefined ? kept : port === "auto" ? null : port;
  const ports = {
    httpPort: choose(wanted.httpPort, config.httpPort),
    httpsPort: choose(wanted.httpsPort, config.httpsPort),
    dnsPort: choose(wanted.dnsPort, config.dnsPort),
  };
  const names = Object.keys(ports) as (keyof typeof ports)[];
  for (const [name, port] of Object.entries(ports) as [keyof typeof ports, number | null][]) {
    const isNew = wanted[name] === port && port !== serving?.status.gateway[name];
    if (isNew && port !== null) await requireFree(port, name);
  }
  if (names.some((name) => ports[name] !== config[name])) await writeMachineConfig(paths, ports);
  if (serving === undefined) return daemon?.status;
  const isThere = (name: keyof typeof ports): boolean =>
    wanted[name] === undefined || (ports[name] !== null && ports[name] === serving.status.gateway[name]);
  if (names.every(isThere)) return serving.status;
  await serving.client.release();
  const status = await serving.client.direct(ports);
  await keepPorts(paths, status.gateway);
  return status;
}

/** Keeps a port that is not the first of its list, so that no URL moves, whoever serves it next. */
export async function keepPorts(paths: HomePaths, gateway: DaemonStatus["gateway"]): Promise<void> {
  const { httpPort, httpsPort = null, dnsPort } = gateway;
  const kept = await readMachineConfig(paths);
  const keep = (port: number | null, list: readonly number[], before: number | null): number | null =>
    before === null && port !== null && port !== list[0] && list.includes(port) ? port : before;
  const change = {
    httpPort: keep(httpPort, portCandidates.http, kept.httpPort),
    httpsPort: keep(httpsPort, portCandidates.https, kept.httpsPort),
    dnsPort: keep(dnsPort, portCandidates.dns, kept.dnsPort),
  };
  const isKept = Object.entries(change).every(([name, port]) => port === kept[name as keyof typeof change]);
  if (!isKept) await writeMachineConfig(paths, change);
}

/** Options of {@link previewDnsPort}. */
export interface PreviewDnsPortOptions {
  /** @default process.platform */
  readonly platform?: NodeJS.Platform;
  /** Whether it runs with the rights of root. @default that of this process */
  readonly isRoot?: boolean;
}

/** Where the gateway's DNS is going to listen when nothing else is said: on Linux low ports are not for every user. */
export async function previewDnsPort(options: PreviewDnsPortOptions = {}): Promise<number> {
  const { platform = process.platform, isRoot = process.getuid?.() === 0 } = options;
  if (platform !== "linux" || isRoot) return portCandidates.dns[0];
  const first = await readFirstPort();
  return portCandidates.dns.find((port) => port >= first) ?? portCandidates.dns[0];
}

async function requireFree(port: number, name: keyof WantedPorts): Promise<void> {
  const protocols = name === "dnsPort" ? (["tcp", "udp"] as const) : (["tcp"] as const);
  const states = await Promise.all(protocols.map((protocol) => isPortFree(port, { protocol })));
  const taken = protocols[states.indexOf("taken")];
  if (taken === undefined) return;
  const holder = await portHolder(port, { protocol: taken });
  const by = holder === undefined ? "another program" : describeHolder(holder);
  throw new CspaceError<ComposeErrorCode>("CSPACE_PORT_TAKEN", `port ${port} on 127.0.0.1 is taken by ${by}`, {
    hint: `stop it, or let cspace choose: cspace proxy up --${name.replace("Port", "")}-port auto`,
  });
}
