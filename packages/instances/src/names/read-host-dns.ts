import { readMachineConfig, readProxyState } from "@cspace/compose";
import { type DaemonPlace, type DaemonStatus, findDaemon, previewDnsPort } from "@cspace/daemon";
import { defaultDomains, needsNoRule } from "@cspace/hostnames";
import type { ResolverState } from "@cspace/resolver";
import type { Host } from "../machine/open-host.ts";
import { createContext, type InstanceOptions } from "../options.ts";
import { readHostnames } from "./read-hostnames.ts";

/** Options of {@link readHostDns}. */
export interface ReadHostDnsOptions extends Pick<InstanceOptions, "env" | "platform" | "signal"> {
  /** What the machine serves, or is to serve. @default what its settings say */
  readonly domains?: readonly string[] | undefined;
  /** What the machine served until now, whose rules are to go. @default none but what its settings say */
  readonly former?: readonly string[];
  /** Whether domains that browsers find by themselves get a rule too. @default only where one is installed */
  readonly localhost?: boolean;
  /** Where the proxy's DNS is going to listen. @default where it listens, else what settings or a rule name, else 53 */
  readonly port?: number | null | undefined;
}

/** The host's resolver beside what the proxy serves. */
export interface HostDns {
  readonly states: readonly ResolverState[];
  readonly domains: readonly string[];
  /** The domains that are to have a rule. */
  readonly ruled: readonly string[];
  /** Every hostname of every instance, where the resolver knows exact names only. */
  readonly names: readonly string[];
  /** Where the proxy's DNS listens; `null` when it does not, or no engine can tell. */
  readonly listening: number | null;
  /** The DNS port that rules are to name. */
  readonly port: number;
}

/** Reads the host's resolver and what it is to lead to; changes nothing. */
export async function readHostDns(host: Host, options: ReadHostDnsOptions = {}): Promise<HostDns> {
  const context = createContext(options);
  const { platform, signal } = context;
  const { readResolver } = await import("@cspace/resolver");
  const config = await readMachineConfig(host.paths);
  const { domains = config.domains, former = [], localhost = false } = options;
  // On macOS a rule is found by its domain, so those that were served until now are looked for too.
  const known = [...new Set([...domains, ...config.domains, ...former, ...defaultDomains])];
  const [states, proxy, daemon] = await Promise.all([
    readResolver({ domains: known, platform, signal }),
    host.machine === undefined ? undefined : readProxyState(host.machine.engine),
    host.machine === undefined ? readDaemon(context) : undefined,
  ]);
  const listening = (proxy?.dnsRunning === true ? proxy.dnsPort : null) ?? daemon?.gateway.dnsPort ?? null;
  const rulePort = states.flatMap(({ rules }) => rules).find(({ port }) => port !== null)?.port;
  // Without an engine nobody knows all instances, and the names that are installed stay.
  const kept = host.machine === undefined ? states.flatMap(({ rules }) => rules.flatMap(({ names }) => names)) : [];
  return {
    states,
    domains,
    ruled: domains.filter((domain) => localhost || !needsNoRule(domain) || isInstalled(domain, states)),
    names: states.some(({ kind }) => kind === "hosts")
      ? [...new Set([...kept, ...(await readHostnames(host.machine, { domains, held: daemon?.instances ?? [] }))])]
      : [],
    listening,
    port:
      options.port ??
      listening ??
      config.dnsPort ??
      rulePort ??
      (host.machine === undefined ? await previewDnsPort({ platform }) : 53),
  };
}

function isInstalled(domain: string, states: readonly ResolverState[]): boolean {
  return states.some(({ rules }) =>
    rules.some(({ domains, names }) => domains.includes(domain) || names.some((name) => name.endsWith(`.${domain}`))),
  );
}

/** One that does not answer is none. */
async function readDaemon(place: DaemonPlace): Promise<DaemonStatus | undefined> {
  return (await findDaemon({ ...place, timeoutMs: 1000 }).catch(() => undefined))?.status;
}
