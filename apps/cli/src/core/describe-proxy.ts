import { readMachineConfig, readProxyState } from "@cspace/compose";
import type { DaemonStatus } from "../daemon/protocol.ts";
import type { Output } from "../output/output.ts";
import { renderTable } from "../output/table.ts";
import { chooseEngine } from "./choose-engine.ts";
import type { Machine } from "./open-engine.ts";

/** The proxy as commands print it. */
export interface ProxyReport {
  readonly engine: "docker" | "gateway";
  /** Why it is that one. */
  readonly why: string;
  readonly state: "running" | "degraded" | "stopped";
  readonly httpPort: number | null;
  readonly dnsPort: number | null;
  readonly dnsEngine: "coredns" | "gateway" | null;
  readonly domains: readonly string[];
  readonly networks: readonly string[];
  readonly versions: { readonly traefik: string | null; readonly coredns: string | null };
}

/** Describes the proxy as the engine has it; its own networks' names are those of the projects it serves. */
export async function describeProxy({ engine, paths }: Machine): Promise<ProxyReport> {
  const [state, config] = await Promise.all([readProxyState(engine), readMachineConfig(paths)]);
  return {
    ...chooseEngine({ noEngine: null, endpoint: engine.endpoint }),
    state: state.state,
    httpPort: state.httpPort,
    dnsPort: state.dnsPort,
    dnsEngine: state.dnsPort === null ? null : "coredns",
    domains: config.domains,
    networks: state.networks,
    versions: state.versions,
  };
}

/** Describes the gateway, which is the proxy where there is no engine; it runs as long as it serves something. */
export function describeGateway(
  status: DaemonStatus | undefined,
  { noEngine, domains }: { readonly noEngine: string | null; readonly domains: readonly string[] },
): ProxyReport {
  const { httpPort = null, dnsPort = null } = status?.gateway ?? {};
  return {
    ...chooseEngine({ noEngine: noEngine ?? "there is none", endpoint: null }),
    state: httpPort === null ? "stopped" : dnsPort === null ? "degraded" : "running",
    httpPort,
    dnsPort,
    dnsEngine: dnsPort === null ? null : "gateway",
    domains,
    networks: [],
    versions: { traefik: null, coredns: null },
  };
}

/** Renders the proxy for people. */
export function renderProxyDocument(proxy: ProxyReport, { style }: Output): string {
  const state = { running: style.green, degraded: style.yellow, stopped: style.red }[proxy.state](proxy.state);
  const [http, dns] =
    proxy.engine === "gateway"
      ? ["the gateway", "the gateway"]
      : [`Traefik ${proxy.versions.traefik}`, `CoreDNS ${proxy.versions.coredns}`];
  return renderTable([
    ["state", state],
    ["engine", `${proxy.engine}: ${proxy.why}`],
    ["http", proxy.httpPort === null ? "-" : `127.0.0.1:${proxy.httpPort}  ${http}`],
    ["dns", proxy.dnsPort === null ? "-" : `127.0.0.1:${proxy.dnsPort}  ${dns}`],
    ["domains", proxy.domains.join(", ")],
    ["networks", proxy.networks.join(", ") || "-"],
  ]);
}
