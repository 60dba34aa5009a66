import type { ProxyReport } from "@cspace/instances";
import type { Output } from "./output.ts";
import { renderTable } from "./table.ts";

/** Renders the proxy for people. */
export function renderProxy(proxy: ProxyReport, { style }: Output): string {
  const state = { running: style.green, degraded: style.yellow, stopped: style.red }[proxy.state](proxy.state);
  const [http, dns] =
    proxy.engine === "gateway"
      ? ["the gateway", "the gateway"]
      : [`Traefik ${proxy.versions.traefik}`, `CoreDNS ${proxy.versions.coredns}`];
  return renderTable([
    ["state", state],
    ["engine", `${proxy.engine}: ${proxy.why}`],
    ["http", proxy.httpPort === null ? "-" : `127.0.0.1:${proxy.httpPort}  ${http}`],
    ["https", proxy.httpsPort === null ? "-" : `127.0.0.1:${proxy.httpsPort}  ${http}`],
    ["dns", proxy.dnsPort === null ? "-" : `127.0.0.1:${proxy.dnsPort}  ${dns}`],
    ["domains", proxy.domains.join(", ")],
    ["networks", proxy.networks.join(", ") || "-"],
  ]);
}
