import type { ListedInstance, ListedRoute, PortBinding } from "@cspace/compose";
import { buildHostname } from "@cspace/hostnames";
import { buildMark } from "@cspace/labels";
import {
  chooseUrl,
  type HostnameEvidence,
  localUrl,
  type ProxyEvidence,
  probeLocal,
  probeRoute,
  resolveName,
  type UrlEvidence,
} from "@cspace/ports";
import type { Instance, Port, Route } from "./documents.ts";

/** What the URLs of routes are decided from, beside the routes themselves. */
export interface EvidenceOptions {
  /** Where the proxy answers HTTP; `null`: it does not run. */
  readonly proxyPort: number | null;
  readonly domains: readonly string[];
  readonly platform: NodeJS.Platform;
  /** For each piece of evidence, in milliseconds. @default 2000 */
  readonly timeoutMs?: number;
}

/** Describes an instance as it is now, every route with the URLs that open. */
export async function describeInstance(listed: ListedInstance, options: EvidenceOptions): Promise<Instance> {
  const routes = await Promise.all(listed.routes.map((route) => describeRoute(listed, route, options)));
  return { ...describeStill(listed), routes };
}

/** Describes an instance without asking anything: for one that has just been removed. */
export function describeGone(listed: ListedInstance): Instance {
  return { ...describeStill(listed), state: "stopped" };
}

function describeStill({ project, instance, directory, state, ports }: ListedInstance): Instance {
  return { project, instance, directory, engine: "docker", state, routes: [], ports: ports.map(describePort) };
}

/** Describes one route, with evidence gathered in parallel. */
export async function describeRoute(
  names: { readonly project: string; readonly instance: string },
  route: ListedRoute,
  options: EvidenceOptions,
): Promise<Route> {
  const { proxyPort, domains, platform, timeoutMs = 2000 } = options;
  const name = { label: route.label, instance: names.instance, project: names.project };
  const hostnames = domains.map((domain) => buildHostname(name, { domain }) as string);
  const local = route.running ? localUrl(route.bindings) : null;
  const [resolved, proxy] = await Promise.all([
    Promise.all(
      hostnames.map(
        async (hostname, index): Promise<HostnameEvidence> => ({
          domain: domains[index] as string,
          hostname,
          resolves: await resolveName(hostname, { timeoutMs }),
        }),
      ),
    ),
    probeProxy(hostnames[0] as string, buildMark(name), proxyPort, timeoutMs),
  ]);
  const localUp = proxy.state === "claimed" || local === null ? undefined : await probeLocal(local, { timeoutMs });
  const evidence: Omit<UrlEvidence, "reader"> = {
    platform,
    hostnames: resolved,
    proxy,
    localUrl: local,
    starting: route.starting,
    ...(localUp === undefined ? {} : { localUp: localUp === "up" }),
  };
  const program = chooseUrl({ ...evidence, reader: "program" });
  const browser = chooseUrl({ ...evidence, reader: "browser" });
  return {
    label: route.label,
    hostname: hostnames[0] as string,
    hostnames,
    url: program.url,
    browserUrl: browser.url,
    localUrl: local,
    via: program.via,
    reason: program.reason,
    target: { service: route.service, port: route.port },
    health: browser.health,
  };
}

async function probeProxy(
  hostname: string,
  mark: string,
  port: number | null,
  timeoutMs: number,
): Promise<ProxyEvidence> {
  if (port === null) return { state: "stopped" };
  const probe = await probeRoute({ hostname, mark, port, timeoutMs });
  return probe.state === "claimed" ? { ...probe, port } : { state: probe.state };
}

function describePort(port: ListedInstance["ports"][number]): Port {
  return {
    label: null,
    service: port.service,
    port: port.port,
    protocol: port.protocol,
    localAddress: localAddress(port.bindings),
  };
}

function localAddress(bindings: readonly PortBinding[]): string | null {
  return localUrl(bindings)?.replace(/^http:\/\//, "") ?? null;
}
