import { readMachineConfig, readProxyState } from "@cspace/compose";
import type { Output } from "../output/output.ts";
import { renderTable } from "../output/table.ts";
import type { Machine } from "./open-engine.ts";

/** The proxy as commands print it. */
export interface ProxyReport {
  readonly engine: "docker" | "gateway";
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
    engine: "docker",
    state: state.state,
    httpPort: state.httpPort,
    dnsPort: state.dnsPort,
    dnsEngine: state.dnsPort === null ? null : "coredns",
    domains: config.domains,
    networks: state.networks,
    versions: state.versions,
  };
}

/** Renders the proxy for people. */
export function renderProxyDocument(proxy: ProxyReport, { style }: Output): string {
  const state = { running: style.green, degraded: style.yellow, stopped: style.red }[proxy.state](proxy.state);
  return renderTable([
    ["state", state],
    ["http", proxy.httpPort === null ? "-" : `127.0.0.1:${proxy.httpPort}  Traefik ${proxy.versions.traefik}`],
    ["dns", proxy.dnsPort === null ? "-" : `127.0.0.1:${proxy.dnsPort}  CoreDNS ${proxy.versions.coredns}`],
    ["domains", proxy.domains.join(", ")],
    ["networks", proxy.networks.join(", ") || "-"],
  ]);
}
