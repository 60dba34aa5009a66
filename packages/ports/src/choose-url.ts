import { type RouteProbe, usualPorts } from "./probe-route.ts";
import type { NameResolution } from "./resolve-name.ts";

/** One hostname of a route, and what the system's resolver says of it. */
export interface HostnameEvidence {
  readonly domain: string;
  readonly hostname: string;
  readonly resolves: NameResolution;
  /** Whether the service refuses to be asked by it, though not by others. @default false */
  readonly refused?: boolean;
}

/**
 * What is known of the proxy: a probe's result, with the port it was asked on; `stopped` when there is none to ask. A
 * `status` of `null` tells nothing of the service.
 */
export type ProxyEvidence =
  | {
      readonly state: "claimed";
      readonly status: number | null;
      readonly port: number;
      readonly poweredBy?: string | undefined;
      readonly asleep?: true;
    }
  | { readonly state: Exclude<RouteProbe["state"], "claimed"> | "stopped" };

/** Where the proxy claims the route over HTTPS too, and who trusts what it shows there. */
export interface SecureEvidence {
  readonly port: number;
  readonly trusted: Readonly<Record<UrlEvidence["reader"], boolean>>;
}

/** Everything {@link chooseUrl} decides from. */
export interface UrlEvidence {
  /** Who will open the URL: a browser sends `*.localhost` to loopback by itself, a program asks the system. */
  readonly reader: "browser" | "program";
  /** Where the reader runs. */
  readonly platform: NodeJS.Platform;
  /** The route's hostnames, the preferred domain first. */
  readonly hostnames: readonly HostnameEvidence[];
  readonly proxy: ProxyEvidence;
  /** Absent when HTTPS does not serve the route, or nobody asked. */
  readonly secure?: SecureEvidence | undefined;
  /** The URL of the published port, see `localUrl`; `undefined` when nobody could tell. */
  readonly localUrl: string | null | undefined;
  /** Whether something answers at `localUrl`; absent when nobody asked. */
  readonly localUp?: boolean;
  /** Whether what serves the route was started and is not ready yet. @default false */
  readonly starting?: boolean;
  /** What the service's own health check says, before all that answers; absent when it has passed, or there is none. */
  readonly checked?: "starting" | "unhealthy" | undefined;
}

/** The URL to use right now. */
export interface ChosenUrl {
  readonly url: string | null;
  readonly via: "proxy" | "port" | "none";
  /** Why it is not the proxy's, in one clause without a full stop; `null` when it is. */
  readonly reason: string | null;
  /** `up` only when something proved it; `asleep`: a request by way of the proxy wakes it. */
  readonly health: "up" | "starting" | "asleep" | "down";
}

/**
 * Decides under which URL a route is reached: its hostname when the proxy claims it and the reader can resolve it, else
 * the published port, else none. It is HTTPS where the reader trusts what the proxy shows there. Pure: the same evidence
 * gives the same URL everywhere.
 *
 * A claimed route whose server does not answer (502 to 504) keeps its hostname; `health` tells.
 *
 * @example
 * ```ts
 * chooseUrl({
 *   reader: "browser",
 *   platform: "linux",
 *   hostnames: [{ domain: "cspace.localhost", hostname: "dev.mercury.p.cspace.localhost", resolves: "none" }],
 *   proxy: { state: "claimed", status: 200, port: 8088 },
 *   localUrl: "http://localhost:49173",
 * });
 * //=> { url: "http://dev.mercury.p.cspace.localhost:8088", via: "proxy", reason: null, health: "up" }
 * ```
 */
export function chooseUrl(evidence: UrlEvidence): ChosenUrl {
  const { hostnames, proxy, localUrl } = evidence;
  const isAsleep = proxy.state === "claimed" && proxy.asleep === true;
  const health = isAsleep ? "asleep" : healthOf(evidence);
  if (proxy.state === "claimed") {
    const reachable = hostnames.find((name) => name.refused !== true && resolvesForReader(name, evidence));
    if (reachable !== undefined) {
      const { secure, reader } = evidence;
      const [scheme, at] =
        secure?.trusted[reader] === true ? (["https", secure.port] as const) : (["http", proxy.port] as const);
      const port = at === usualPorts[scheme] ? "" : `:${at}`;
      const served = isAsleep ? health : healthOfStatus(proxy.status, evidence);
      return { url: `${scheme}://${reachable.hostname}${port}`, via: "proxy", reason: null, health: served };
    }
  }
  const reason = proxy.state === "claimed" ? whyUnresolved(hostnames) : whyNotClaimed[proxy.state];
  if (typeof localUrl === "string") return { url: localUrl, via: "port", reason, health };
  const rest = localUrl === null ? "the route has no port on this machine" : "its port on this machine is not known";
  return { url: null, via: "none", reason: `${reason}, and ${rest}`, health };
}

function resolvesForReader({ domain, resolves }: HostnameEvidence, { reader, platform }: UrlEvidence): boolean {
  return resolves === "loopback" || resolvesByItself(domain, reader, platform);
}

/**
 * Whether a reader finds the names of a domain without asking the system.
 *
 * https://www.rfc-editor.org/rfc/rfc6761#section-6.3; Safari alone leaves `*.localhost` to the system.
 */
export function resolvesByItself(
  domain: string,
  reader: UrlEvidence["reader"],
  platform: UrlEvidence["platform"],
): boolean {
  const isLocalhost = domain === "localhost" || domain.endsWith(".localhost");
  return isLocalhost && reader === "browser" && platform !== "darwin";
}

function healthOf(evidence: UrlEvidence): ChosenUrl["health"] {
  const { proxy, localUrl, localUp, checked } = evidence;
  if (checked !== undefined) return checked === "starting" ? "starting" : "down";
  if (typeof localUrl === "string" && localUp === true) return "up";
  if (typeof localUrl === "string" && localUp === false) return unready(evidence);
  return proxy.state === "claimed" ? healthOfStatus(proxy.status, evidence) : unready(evidence);
}

function healthOfStatus(status: number | null, evidence: UrlEvidence): ChosenUrl["health"] {
  if (evidence.checked !== undefined) return healthOf(evidence);
  // 500 is the proxy's own where the service, asked by itself, answers no HTTP.
  const isLost = status === null || (status >= 502 && status <= 504) || (status === 500 && evidence.localUp === false);
  return isLost ? unready(evidence) : "up";
}

const unready = ({ starting = false }: UrlEvidence): ChosenUrl["health"] => (starting ? "starting" : "down");

const whyNotClaimed: Readonly<Record<Exclude<ProxyEvidence["state"], "claimed">, string>> = {
  stopped: "the proxy is not running",
  unreachable: "the proxy cannot be reached",
  timeout: "the proxy did not answer in time",
  unclaimed: "the proxy does not serve this route",
};

const resolutionWords: Readonly<Record<NameResolution, string>> = {
  loopback: "resolves",
  other: "resolves to another machine",
  none: "does not resolve",
  unknown: "could not be looked up",
  timeout: "was not looked up in time",
};

function whyUnresolved(hostnames: readonly HostnameEvidence[]): string {
  if (hostnames.length === 0) return "no domain is served";
  return hostnames
    .map(
      ({ domain, resolves, refused }) =>
        `*.${domain} ${refused ? "is refused by its server" : resolutionWords[resolves]}`,
    )
    .join(", ");
}
