import { buildHostname, isSlug, networkName } from "@cspace/hostnames";
import { labelKeys, parseInstanceLabels, parseLabels } from "@cspace/labels";
import type { EngineContainer, EngineContainerDetail, EngineNetwork } from "../engine/docker-engine.ts";

/** One network that the proxy is to be on. */
export interface Attachment {
  readonly network: string;
  /** The names that the proxy answers to on it. */
  readonly aliases: readonly string[];
  /** `connect`: it is not on it; `reconnect`: it is, under other names. */
  readonly action: "connect" | "reconnect";
}

/** What {@link planAttachments} decides from: what the engine said. */
export interface AttachmentState {
  /** All containers that carry cspace's label, running or not. */
  readonly containers: readonly EngineContainer[];
  readonly networks: readonly EngineNetwork[];
  /** The proxy's networks, as inspected. */
  readonly proxy: EngineContainerDetail["NetworkSettings"]["Networks"];
  readonly domains: readonly string[];
}

/**
 * Plans what it takes for the proxy to be on every network that it serves: `cspace-<project>` of every project,
 * without aliases, and every instance's own networks, with all hostnames of that instance as aliases. Pure; derived
 * from the labels of all containers, so that a stopped one is reachable as soon as it starts.
 */
export function planAttachments(state: AttachmentState): Attachment[] {
  const wanted = wantedNetworks(state);
  const planned: Attachment[] = [];
  for (const [network, aliases] of [...wanted].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const existing = state.proxy[network];
    if (existing === undefined) planned.push({ network, aliases, action: "connect" });
    else if (!aliases.every((alias) => existing.Aliases?.includes(alias) ?? false)) {
      planned.push({ network, aliases, action: "reconnect" });
    }
  }
  return planned;
}

/** The networks that belong to a Compose project itself, of which the engine knows by its label. */
export function ownNetworks(composeProject: string, networks: readonly EngineNetwork[]): EngineNetwork[] {
  return networks.filter(
    (network) => network.Driver === "bridge" && network.Labels?.["com.docker.compose.project"] === composeProject,
  );
}

function wantedNetworks({ containers, networks, domains }: AttachmentState): Map<string, string[]> {
  const existing = new Set(networks.map((network) => network.Name));
  const wanted = new Map<string, string[]>();
  for (const network of networks) {
    const project = network.Labels?.[labelKeys.project];
    if (
      network.Labels?.[labelKeys.managed] === "true" &&
      project !== undefined &&
      network.Name === networkName(project)
    ) {
      wanted.set(network.Name, []);
    }
  }
  for (const container of containers) {
    const instance = parseInstanceLabels(container.Labels);
    if (instance === undefined || !isSlug(instance.project)) continue;
    if (existing.has(networkName(instance.project))) wanted.set(networkName(instance.project), []);
    const composeProject = container.Labels["com.docker.compose.project"];
    if (composeProject === undefined) continue;
    const { project, processes = [] } = instance;
    const served = processes.map((label) => ({ label, project, instance: instance.instance }));
    const hostnames = [...parseLabels(container.Labels), ...served].flatMap((route) =>
      domains.map((domain) => buildHostname(route, { domain }) as string),
    );
    for (const network of ownNetworks(composeProject, networks)) {
      const aliases = new Set([...(wanted.get(network.Name) ?? []), ...hostnames]);
      wanted.set(network.Name, [...aliases].sort());
    }
  }
  return wanted;
}
