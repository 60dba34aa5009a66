import type { EngineReader } from "../engine/open-engine-reader.ts";
import type { HomePaths } from "../home/home-paths.ts";
import { readMachineConfig } from "../home/machine-config.ts";
import { proxyProject } from "../proxy-names.ts";
import { hasProxyFiles } from "./proxy-files.ts";
import { hasIpv6, ownSubnet } from "./proxy-machine.ts";
import { readProxyState } from "./proxy-state.ts";
import { planProxy } from "./render-proxy.ts";

/** A proxy that is as it should be. */
export interface ReadyProxy {
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly dnsPort: number;
  readonly domains: readonly string[];
}

/**
 * The proxy when nothing needs to be done to it; attachments are looked at by {@link attachProxy}. What it was made for
 * is read from its container, since asking the engine about itself takes longer than all other questions together.
 */
export async function readReadyProxy({
  engine,
  paths,
}: {
  readonly engine: EngineReader;
  readonly paths: HomePaths;
}): Promise<ReadyProxy | undefined> {
  const [config, state, networks] = await Promise.all([
    readMachineConfig(paths),
    readProxyState(engine),
    engine.listNetworks({ filters: { name: [proxyProject] } }),
  ]);
  const { httpPort, httpsPort, dnsPort, home, socketPath, selinux } = state;
  const subnet = ownSubnet(networks);
  if (state.state !== "running" || home === null) return undefined;
  if (httpPort === null || httpsPort === null || dnsPort === null) return undefined;
  if ((config.httpPort ?? httpPort) !== httpPort || (config.dnsPort ?? dnsPort) !== dnsPort) return undefined;
  if ((config.httpsPort ?? httpsPort) !== httpsPort) return undefined;
  if (subnet === undefined || socketPath === null) return undefined;
  const machine = { socketPath, selinux, subnet, ipv6: hasIpv6() };
  const stack = planProxy({ ...machine, httpPort, httpsPort, dnsPort, domains: config.domains }, home);
  if (stack.hash !== state.hash) return undefined;
  if (home === paths.home && !(await hasProxyFiles(paths, stack))) return undefined;
  return { httpPort, httpsPort, dnsPort, domains: config.domains };
}
