import {
  type HostnameEvidence,
  type ProxyEvidence,
  resolvesByItself,
  type SecureEvidence,
  type UrlEvidence,
} from "./choose-url.ts";
import { probeLocal } from "./probe-local.ts";
import { type ProbeRouteOptions, probeRoute, type RouteProbe } from "./probe-route.ts";
import { readRefusals } from "./read-refusals.ts";
import { type NameResolution, type ResolveNameOptions, resolveName } from "./resolve-name.ts";
import { within } from "./within.ts";

/** What {@link readUrlEvidence} looks into. */
export interface UrlQuestion {
  /** The route's hostnames, the preferred domain first; at least one. */
  readonly hostnames: readonly {
    readonly domain: string;
    readonly hostname: string;
    /** Whether its service was found to refuse it; counts where the service is not asked. @default false */
    readonly refused?: boolean;
  }[];
  /** The value of `X-Cspace-Route` that proves the route is served. */
  readonly mark: string;
  /** Where the proxy answers HTTP; `null`: it does not run. */
  readonly proxyPort: number | null;
  /** Where it answers HTTPS, with the root of what it shows (PEM), and who trusts that. @default nobody is asked */
  readonly secure?: (SecureEvidence & { readonly root: string }) | undefined;
  /** See {@link UrlEvidence}. */
  readonly localUrl: string | null | undefined;
  /** See {@link UrlEvidence}. @default false */
  readonly starting?: boolean;
  /** See {@link UrlEvidence}. */
  readonly checked?: UrlEvidence["checked"];
  /** Who knows the route: the proxy itself, or the gateway that may be behind it. @default "proxy" */
  readonly server?: "proxy" | "gateway";
}

/** Options of {@link readUrlEvidence}. */
export interface ReadUrlEvidenceOptions {
  /** For all of it together, in milliseconds. @default 2_000 */
  readonly timeoutMs?: number;
  /** Who will read the URL; `any`: it is to hold for both. @default "any" */
  readonly reader?: UrlEvidence["reader"] | "any";
  /** Who is to answer; `proxy` leaves the service alone altogether: its server is asked. @default "service" */
  readonly reach?: "service" | "proxy";
  /** @default process.platform */
  readonly platform?: NodeJS.Platform;
  /** What the system's resolver says of a name. @default resolveName */
  readonly resolve?: (hostname: string, options: ResolveNameOptions) => Promise<NameResolution>;
  readonly signal?: AbortSignal | undefined;
}

/** How long a service may take before the proxy alone and the port are asked beside it, in milliseconds. */
const headStartMs = 300;

/**
 * Gathers what `chooseUrl` decides from: whether the names resolve, whether the proxy claims the route, and whether the
 * published port answers. All is asked at once and within one deadline; what was not learned by then counts as not
 * known, and nothing is waited for that the decision does not need.
 *
 * The port is asked only when the proxy does not claim the route, or is slow to say so: a service is not asked twice.
 * Of a service that does not answer in time the proxy still tells whether it serves the route.
 *
 * @throws the signal's reason when it is aborted.
 * @example
 * ```ts
 * const evidence = await readUrlEvidence({
 *   hostnames: [{ domain: "cspace.localhost", hostname: "dev.mercury.p.cspace.localhost" }],
 *   mark: "dev--mercury--p",
 *   proxyPort: 80,
 *   localUrl: "http://localhost:49173",
 * });
 * chooseUrl({ ...evidence, reader: "browser" }).url; //=> "http://dev.mercury.p.cspace.localhost"
 * ```
 */
export async function readUrlEvidence(
  question: UrlQuestion,
  options: ReadUrlEvidenceOptions = {},
): Promise<Omit<UrlEvidence, "reader">> {
  const { hostnames, localUrl, starting = false, checked } = question;
  const { timeoutMs = 2_000, reader = "any", reach = "service", platform = process.platform } = options;
  const { resolve = resolveName, signal } = options;
  const end = performance.now() + timeoutMs;
  const decided = new AbortController();
  const claim = readClaim(question, { timeoutMs, reach, signal });
  const secure = readSecure(question, { timeoutMs, reader, signal });
  secure.catch(() => undefined);
  const lookups = hostnames.map(({ domain, hostname }) =>
    reader !== "any" && resolvesByItself(domain, reader, platform)
      ? Promise.resolve<NameResolution>("unknown")
      : resolve(hostname, { timeoutMs, signal: decided.signal }),
  );
  // They are waited for one after the other, and not always.
  for (const lookup of lookups) lookup.catch(() => undefined);
  const local = readLocal(localUrl, claim, { end, reach, signal });
  local.catch(() => undefined);
  try {
    const proxy = await claim;
    const [names, refused] =
      proxy.state === "claimed"
        ? await Promise.all([
            readNames(hostnames, lookups),
            readRefusals({ ...question, proxy, end, isAsked: reach === "service", signal }),
          ])
        : [hostnames.map(notAsked), new Set()];
    // Of a service that speaks no HTTP, Traefik says 500 as one that does might.
    const isDoubtful = proxy.state === "claimed" && proxy.status === 500;
    const localUp = isDoubtful
      ? await askLocal(localUrl, { end, reach, signal })
      : proxy.state === "claimed"
        ? undefined
        : await local;
    const heard = localUp === undefined ? {} : { localUp };
    const answering = names.map(({ refused: known = false, ...name }) => {
      const isRefused = reach === "service" ? refused.has(name.hostname) : known;
      return isRefused ? { ...name, refused: true } : name;
    });
    const known = { platform, hostnames: answering, proxy, localUrl, starting, ...(checked && { checked }), ...heard };
    const encrypted = proxy.state === "claimed" ? await secure : undefined;
    return encrypted === undefined ? known : { ...known, secure: encrypted };
  } finally {
    decided.abort();
  }
}

async function readClaim(
  { hostnames, mark, proxyPort, server = "proxy" }: UrlQuestion,
  options: Pick<ReadUrlEvidenceOptions, "reach" | "signal"> & { readonly timeoutMs: number },
): Promise<ProxyEvidence> {
  if (proxyPort === null) return { state: "stopped" };
  const { timeoutMs, reach, signal } = options;
  const hostname = hostnames[0]?.hostname ?? "";
  const ask = (how: Pick<ProbeRouteOptions, "reach" | "timeoutMs" | "signal">): Promise<RouteProbe> =>
    probeRoute({ hostname, mark, port: proxyPort, ...how });
  const asked = ask({ timeoutMs, reach: reach === "proxy" ? server : "service", signal });
  let probe = reach === "service" ? await within(asked, headStartMs) : await asked;
  if (probe === undefined) {
    // A service may be slower than the deadline; whether its route is served the proxy says by itself.
    const decided = new AbortController();
    const either = AbortSignal.any([decided.signal, ...(signal === undefined ? [] : [signal])]);
    const alone = ask({ reach: server, timeoutMs: Math.max(1, timeoutMs - headStartMs), signal: either });
    alone.catch(() => undefined);
    const late = await asked;
    probe = late.state === "timeout" ? await alone : late;
    decided.abort();
  }
  return probe.state === "claimed" ? { ...probe, port: proxyPort } : { state: probe.state };
}

/** Whether the proxy serves the route over HTTPS, for a reader who would trust it; the service is left alone. */
async function readSecure(
  { hostnames, mark, secure, server = "proxy" }: UrlQuestion,
  {
    timeoutMs,
    reader,
    signal,
  }: Required<Pick<ReadUrlEvidenceOptions, "timeoutMs" | "reader">> & {
    readonly signal: AbortSignal | undefined;
  },
): Promise<SecureEvidence | undefined> {
  if (secure === undefined) return undefined;
  const { port, root, trusted } = secure;
  if (!(reader === "any" ? trusted.browser || trusted.program : trusted[reader])) return undefined;
  const hostname = hostnames[0]?.hostname ?? "";
  const probe = await probeRoute({ hostname, mark, port, root, reach: server, timeoutMs, signal });
  return probe.state === "claimed" ? { port, trusted } : undefined;
}

async function readLocal(
  url: string | null | undefined,
  claim: Promise<ProxyEvidence>,
  { end, reach, signal }: { end: number; reach: ReadUrlEvidenceOptions["reach"]; signal: AbortSignal | undefined },
): Promise<boolean | undefined> {
  if (typeof url !== "string" || reach !== "service") return undefined;
  if ((await within(claim, headStartMs))?.state === "claimed") return undefined;
  return await askLocal(url, { end, reach, signal });
}

async function askLocal(
  url: string | null | undefined,
  { end, reach, signal }: { end: number; reach: ReadUrlEvidenceOptions["reach"]; signal: AbortSignal | undefined },
): Promise<boolean | undefined> {
  if (typeof url !== "string" || reach !== "service") return undefined;
  const timeoutMs = Math.max(1, end - performance.now());
  return (await probeLocal(url, { timeoutMs, signal })) === "up";
}

/** The names in their order, up to the first that every reader finds. */
async function readNames(
  hostnames: UrlQuestion["hostnames"],
  lookups: readonly Promise<NameResolution>[],
): Promise<HostnameEvidence[]> {
  const names: HostnameEvidence[] = [];
  for (const [index, name] of hostnames.entries()) {
    const known = names.some(({ resolves }) => resolves === "loopback");
    names.push(known ? notAsked(name) : { ...name, resolves: (await lookups[index]) ?? "unknown" });
  }
  return names;
}

const notAsked = (name: UrlQuestion["hostnames"][number]): HostnameEvidence => ({ ...name, resolves: "unknown" });
