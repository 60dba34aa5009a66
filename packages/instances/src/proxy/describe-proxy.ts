import { readMachineConfig, readProxyState } from "@cspace/compose";
import { type DaemonStatus, findDaemon } from "@cspace/daemon";
import type { ProxyReport } from "../documents.ts";
import type { Machine } from "../machine/open-engine.ts";
import { openHost } from "../machine/open-host.ts";
import { createContext, type InstanceOptions } from "../options.ts";
import { chooseEngine } from "./choose-engine.ts";

/** Describes the proxy of this machine: Traefik and CoreDNS where an engine answers, else the gateway. */
export async function describeProxy(options: Pick<InstanceOptions, "env" | "platform"> = {}): Promise<ProxyReport> {
  const context = createContext(options);
  const { machine, noEngine, paths } = await openHost(context);
  if (machine !== undefined) return await describeDockerProxy(machine);
  const [daemon, { domains }] = await Promise.all([findDaemon(context), readMachineConfig(paths)]);
  return describeGateway(daemon?.status, { noEngine, domains });
}

/** Describes the proxy as the engine has it; its own networks' names are those of the projects it serves. */
export async function describeDockerProxy({ engine, paths }: Machine): Promise<ProxyReport> {
  const [state, config] = await Promise.all([readProxyState(engine), readMachineConfig(paths)]);
  return {
    ...chooseEngine({ noEngine: null, endpoint: engine.endpoint }),
    state: state.state,
    httpPort: state.httpPort,
    httpsPort: state.httpsPort,
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
  const { httpPort = null, httpsPort = null, dnsPort = null } = status?.gateway ?? {};
  return {
    ...chooseEngine({ noEngine: noEngine ?? "there is none", endpoint: null }),
    state: httpPort === null ? "stopped" : dnsPort === null ? "degraded" : "running",
    httpPort,
    httpsPort,
    dnsPort,
    dnsEngine: dnsPort === null ? null : "gateway",
    domains,
    networks: [],
    versions: { traefik: null, coredns: null },
  };
}
