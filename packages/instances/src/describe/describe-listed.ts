import type { ListedInstance, ListedRoute, PortBinding } from "@cspace/compose";
import { buildHostname } from "@cspace/hostnames";
import { buildMark } from "@cspace/labels";
import { chooseUrl, localUrl, readUrlEvidence, type UrlEvidence, type UrlQuestion } from "@cspace/ports";
import { readOwnCheckout } from "../choose/ownership.ts";
import type { Instance, Port, Route } from "../documents.ts";
import { explainSilence, type LookInside } from "./explain-silence.ts";
import type { MachineInstance, MachineRoute } from "./merge-instances.ts";

/** What the URLs of routes are decided from, beside the routes themselves. */
export interface EvidenceOptions {
  /** Where the proxy answers HTTP; `null`: it does not run. */
  readonly proxyPort: number | null;
  readonly domains: readonly string[];
  /** See `UrlQuestion` of @cspace/ports. @default nobody is asked over HTTPS */
  readonly secure?: UrlQuestion["secure"];
  readonly platform: NodeJS.Platform;
  /** For all evidence of a route, in milliseconds. @default 2000 */
  readonly timeoutMs?: number;
  /** Looks into a container whose route is not served, to tell why. @default nobody does */
  readonly lookInside?: LookInside | undefined;
}

/** Describes an instance as it is now, every route with the URLs that open. */
export async function describeListed(listed: MachineInstance, options: EvidenceOptions): Promise<Instance> {
  const [still, routes] = await Promise.all([
    describeStill(listed),
    Promise.all(listed.routes.map((route) => describeRoute(listed, route, options))),
  ]);
  return { ...still, routes };
}

/** Describes an instance that has just been removed, without asking anybody. */
export async function describeRemoved(listed: MachineInstance): Promise<Instance> {
  return { ...(await describeStill(listed)), state: "stopped", asleep: null };
}

async function describeStill(listed: MachineInstance): Promise<Instance> {
  const { project, instance, directory, engine, state, asleep = null, ports, states: services } = listed;
  const checkout = await readOwnCheckout(listed);
  const branch = checkout === null || checkout === "unreadable" ? null : checkout.branch;
  const createdAt = listed.createdAt === undefined ? null : new Date(listed.createdAt).toISOString();
  const where = { directory, branch, createdAt, gone: checkout === null };
  return { project, instance, ...where, engine, state, asleep, routes: [], ports: ports.map(describePort), services };
}

/** Describes one route, from evidence that is gathered for it. */
export async function describeRoute(
  names: Pick<MachineInstance, "project" | "instance" | "containers" | "state">,
  route: MachineRoute,
  options: EvidenceOptions,
): Promise<Route> {
  const { platform, timeoutMs } = options;
  const question = askAbout(names, route, options);
  const evidence = await readUrlEvidence(question, { platform, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  const program = chooseUrl({ ...evidence, reader: "program" });
  const browser = chooseUrl({ ...evidence, reader: "browser" });
  const hostnames = question.hostnames.map(({ hostname }) => hostname);
  return {
    label: route.label,
    hostname: hostnames[0] as string,
    hostnames,
    url: program.url,
    browserUrl: browser.url,
    localUrl: question.localUrl ?? null,
    via: program.via,
    reason: (await whyNotUp(browser.health, names, route, { evidence, ...options })) ?? program.reason,
    target:
      route.isProcess === true
        ? { process: route.service, port: route.port }
        : { service: route.service, port: route.port },
    health: browser.health,
    refused: evidence.hostnames.flatMap((one) => (one.refused === true ? one.hostname : [])),
    status: evidence.proxy.state === "claimed" ? evidence.proxy.status : null,
  };
}

/** What keeps a route from being up, as far as that is known; `null`: nobody can tell. */
async function whyNotUp(
  health: Route["health"],
  { containers }: Pick<MachineInstance, "containers">,
  route: MachineRoute,
  {
    evidence: { proxy, localUp },
    lookInside,
  }: Pick<EvidenceOptions, "lookInside"> & { readonly evidence: Pick<UrlEvidence, "proxy" | "localUp"> },
): Promise<string | null> {
  if (health === "up" || health === "asleep") return null;
  if (route.reason !== null && route.reason !== undefined) return route.reason;
  const isAsked = proxy.state === "claimed" || localUp !== undefined;
  if (!route.running || !isAsked) return null;
  if (route.isProcess === true) return explainSilentProcess(route.port, proxy);
  const container = containers.find(({ service }) => service === route.service);
  const status = proxy.state === "claimed" ? proxy.status : null;
  return await explainSilence({ port: route.port, container: container?.id, status, lookInside });
}

function explainSilentProcess(port: number, proxy: UrlEvidence["proxy"]): string | null {
  if (proxy.state !== "claimed") return null;
  return proxy.status === null ? "it has not answered in time" : `nothing answers on port ${port}`;
}

/** What there is to learn before a route's URL can be chosen. */
export function askAbout(
  names: { readonly project: string; readonly instance: string; readonly state?: MachineInstance["state"] },
  {
    label,
    running,
    starting,
    checked,
    bindings,
    scheme,
    isProcess,
    refused = [],
  }: ListedRoute & Pick<MachineRoute, "isProcess" | "refused">,
  { proxyPort, domains, secure }: Pick<EvidenceOptions, "proxyPort" | "domains" | "secure">,
): UrlQuestion {
  const name = { label, instance: names.instance, project: names.project };
  return {
    hostnames: domains.map((domain) => {
      const hostname = buildHostname(name, { domain });
      return { domain, hostname, ...(refused.includes(hostname) ? { refused: true } : {}) };
    }),
    mark: buildMark(name),
    proxyPort,
    secure,
    localUrl:
      bindings === null
        ? undefined
        : running
          ? localUrl(bindings, { protocol: scheme === "https" ? "https" : "http" })
          : null,
    starting,
    checked,
    // Of what sleeps the proxy knows nothing.
    server: isProcess === true || names.state === "asleep" ? "gateway" : "proxy",
  };
}

/** Describes a published port that is no route. */
export function describePort(port: ListedInstance["ports"][number]): Port {
  return {
    label: null,
    service: port.service,
    port: port.port,
    protocol: port.protocol,
    localAddress: localAddress(port.bindings),
  };
}

/** Host and port of the best of several bindings; `null` without one. */
export function localAddress(bindings: readonly PortBinding[]): string | null {
  return localUrl(bindings)?.replace(/^http:\/\//, "") ?? null;
}
