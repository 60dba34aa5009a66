import type { EngineContainerDetail } from "../engine/docker-engine.ts";
import type { EngineReader } from "../engine/open-engine-reader.ts";
import { dnsContainer, proxyContainer, proxyLabels, proxyProject } from "../proxy-names.ts";

/** The proxy as the engine has it. */
export interface ProxyState {
  /** `degraded`: one of the two containers is missing or not running. */
  readonly state: "running" | "degraded" | "stopped";
  readonly proxyRunning: boolean;
  readonly dnsRunning: boolean;
  /** Where the proxy answers HTTP, or would; `null` when there is no container. */
  readonly httpPort: number | null;
  /** Where it answers HTTPS, or would; `null` also when it does without. */
  readonly httpsPort: number | null;
  readonly dnsPort: number | null;
  /** Drift: the hash that the stack was rendered with. */
  readonly hash: string | null;
  /** The version of the contract that it was made by; `"1"` where no label says it, `null` without one. */
  readonly spec: string | null;
  /** The home that it was started from. */
  readonly home: string | null;
  /** The name of a container that has one of the two names without being cspace's. */
  readonly foreign: string | null;
  /** The names of the containers that are cspace's own. */
  readonly containers: readonly string[];
  /** Containers in a state that Compose does not get them out of: paused, or in a circle of restarts. */
  readonly stuck: readonly string[];
  /** The engine's socket as it is mounted; `null` when it is not. */
  readonly socketPath: string | null;
  /** Whether the proxy's container was made for an engine that confines with SELinux. */
  readonly selinux: boolean;
  /** The networks that the proxy is on, its own left out. */
  readonly networks: readonly string[];
  readonly versions: { readonly traefik: string | null; readonly coredns: string | null };
}

/** Reads the proxy's state from the engine alone; a stranger's container of one of the two names is no part of it. */
export async function readProxyState(engine: EngineReader): Promise<ProxyState> {
  const named = await Promise.all([engine.inspectContainer(proxyContainer), engine.inspectContainer(dnsContainer)]);
  const isOwn = (container: EngineContainerDetail): boolean => container.Config.Labels[proxyLabels.hash] !== undefined;
  const [proxy, dns] = named.map((container) => (container !== undefined && isOwn(container) ? container : undefined));
  const found = [proxy, dns].filter((container) => container !== undefined);
  const hashes = new Set(found.map((container) => container.Config.Labels[proxyLabels.hash]));
  const proxyRunning = proxy?.State.Status === "running";
  const dnsRunning = dns?.State.Status === "running";
  const foreign = named.find((container) => container !== undefined && !isOwn(container));
  return {
    state: proxyRunning && dnsRunning ? "running" : proxyRunning || dnsRunning ? "degraded" : "stopped",
    proxyRunning,
    dnsRunning,
    httpPort: portOf(proxy, proxyLabels.httpPort) ?? (proxy === undefined ? null : publishedPort(proxy)),
    httpsPort: portOf(proxy, proxyLabels.httpsPort),
    dnsPort: dns === undefined ? null : publishedPort(dns),
    hash: hashes.size === 1 ? ([...hashes][0] ?? null) : null,
    spec: found[0] === undefined ? null : (found[0].Config.Labels[proxyLabels.spec] ?? "1"),
    home: (proxy ?? dns)?.Config.Labels[proxyLabels.home] ?? null,
    foreign: foreign === undefined ? null : nameOf(foreign),
    containers: found.map(nameOf),
    stuck: found.filter(({ State }) => ["paused", "restarting", "dead"].includes(State.Status)).map(nameOf),
    socketPath: proxy === undefined ? null : mountedSocket(proxy),
    selinux: proxy?.HostConfig.SecurityOpt?.includes("label=disable") ?? false,
    networks: Object.keys(proxy?.NetworkSettings.Networks ?? {})
      .filter((name) => name !== proxyProject)
      .sort(),
    versions: { traefik: versionOf(proxy), coredns: versionOf(dns) },
  };
}

function nameOf(container: EngineContainerDetail): string {
  return container.Name.replace(/^\//, "");
}

function mountedSocket({ HostConfig }: EngineContainerDetail): string | null {
  const suffix = ":/var/run/docker.sock:ro";
  return HostConfig.Binds?.find((bind) => bind.endsWith(suffix))?.slice(0, -suffix.length) ?? null;
}

/** A port that the container's own label names; `null` where it names none. */
function portOf(container: EngineContainerDetail | undefined, label: string): number | null {
  const text = container?.Config.Labels[label];
  return text === undefined ? null : Number(text);
}

function publishedPort(container: EngineContainerDetail): number | null {
  const bindings = container.HostConfig.PortBindings as Record<string, { HostPort: string }[] | null> | undefined;
  for (const binding of Object.values(bindings ?? {}).flat()) {
    if (binding?.HostPort !== undefined) return Number(binding.HostPort);
  }
  return null;
}

function versionOf(container: EngineContainerDetail | undefined): string | null {
  const tag = container?.Config.Image.split(":").at(-1);
  return tag?.replace(/^v/, "") ?? null;
}
