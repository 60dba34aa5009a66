import type { IncomingHttpHeaders } from "node:http";
import { readHead } from "./read-head.ts";

/** What {@link probeRoute} asks. */
export interface ProbeRouteOptions {
  /** The route's hostname, sent in `Host`. */
  readonly hostname: string;
  /** The value of `X-Cspace-Route` that proves the route is served: `<label>--<instance>--<project>`. */
  readonly mark: string;
  /** The proxy's HTTP port, or that of HTTPS where `root` is given. */
  readonly port: number;
  /** Asks over HTTPS, and trusts this root alone (PEM): the certificate has to be for the hostname. @default over HTTP */
  readonly root?: string | undefined;
  /** A literal address of the proxy; the hostname is never looked up. @default "127.0.0.1" */
  readonly host?: string;
  /**
   * Who is to answer: the `service` behind the route, whose status tells how it is; or the `proxy` alone, which leaves
   * the service in peace and waits for none, and whose status tells nothing. For a route that cspace's `gateway` serves,
   * which may be behind the proxy, it is that one that is asked alone.
   * @default "service"
   */
  readonly reach?: "service" | "proxy" | "gateway" | undefined;
  /** What is asked for. @default "/" */
  readonly path?: string | undefined;
  /** As a page of this origin asks. @default as nobody's page */
  readonly origin?: string | undefined;
  /** Until the response's headers are complete, in milliseconds. @default 2_000 */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What the proxy said of a route; `reason` is the system's code, such as `ECONNREFUSED`. `status` is the service's, and
 * `null` when the proxy or the gateway alone was asked; `poweredBy` is what it says of itself.
 */
export type RouteProbe =
  | {
      readonly state: "claimed";
      readonly status: number | null;
      readonly poweredBy?: string | undefined;
      /** Where the service leads who asks; absent where it answers itself. */
      readonly location?: string;
      /** It sleeps, and a request would wake it; this one did not. */
      readonly asleep?: true;
      /** The gateway has it in its own hands: it sleeps, or is on its way. */
      readonly held?: true;
    }
  | { readonly state: "unclaimed"; readonly status: number }
  | { readonly state: "unreachable"; readonly reason: string }
  | { readonly state: "timeout" };

/**
 * Asks the proxy for `/` of a route with one real request. The route is `claimed` when the response carries exactly its
 * mark in `X-Cspace-Route`, whatever the status: Traefik adds it to its own 502 too, and to no 404 of a name it does
 * not know.
 *
 * @throws the signal's reason when it is aborted.
 * @example
 * ```ts
 * await probeRoute({ hostname: "dev.mercury.p.cspace.local", mark: "dev--mercury--p", port: 80 });
 * //=> { state: "claimed", status: 200 }
 * ```
 */
export async function probeRoute(options: ProbeRouteOptions): Promise<RouteProbe> {
  const { hostname, mark, port, host = "127.0.0.1", reach = "service", path = "/", origin, root } = options;
  const { timeoutMs = 2_000, signal } = options;
  const end = performance.now() + timeoutMs;
  const scheme = root === undefined ? "http" : "https";
  const hostHeader = port === usualPorts[scheme] ? hostname : `${hostname}:${port}`;
  const address = host.includes(":") ? `[${host}]` : host;
  const headers = {
    host: hostHeader,
    ...probeHeaders,
    ...(origin === undefined ? {} : { origin }),
    ...unforwardable[reach],
  };
  const head = await readHead(`${scheme}://${address}:${port}${path}`, {
    headers,
    ...(root === undefined ? {} : { trust: { root, hostname } }),
    timeoutMs,
    signal,
  });
  if (head.state === "timeout") return { state: "timeout" };
  if (head.state === "failed") return { state: "unreachable", reason: head.reason };
  if (head.headers["x-cspace-route"] !== mark) return { state: "unclaimed", status: head.status };
  const told = head.headers["x-cspace-state"];
  const asleep = {
    ...(told === "asleep" && { asleep: true as const }),
    ...(told !== undefined && { held: true as const }),
  };
  if (reach !== "service" || "asleep" in asleep) return { state: "claimed", status: null, ...asleep };
  const elsewhere = redirectOf(head, { hostname, path });
  // The proxy says that for the service, which may be down; its own word comes by HTTPS.
  if (elsewhere !== null && root === undefined) {
    const rest = Math.max(1, end - performance.now());
    return await askSecurely({ ...options, timeoutMs: rest }, { status: head.status, port: elsewhere });
  }
  const { "x-powered-by": poweredBy, location } = head.headers;
  return {
    state: "claimed",
    status: head.status,
    ...(typeof poweredBy === "string" && { poweredBy }),
    // RFC 9110, 10.2.2: of a new resource, too, to which nobody is led.
    ...(location !== undefined && head.status >= 300 && head.status < 400 && { location }),
  };
}

/** The port of HTTPS to which a route sends who asks over HTTP, for the same path; `null` for every other answer. */
function redirectOf(
  { status, headers }: { readonly status: number; readonly headers: IncomingHttpHeaders },
  { hostname, path }: { readonly hostname: string; readonly path: string },
): number | null {
  if (![301, 308].includes(status) || !URL.canParse(headers.location ?? "")) return null;
  const to = new URL(headers.location ?? "");
  if (to.protocol !== "https:" || to.hostname !== hostname || to.pathname + to.search !== path) return null;
  return Number(to.port || usualPorts.https);
}

/** Asks a route again where it is served; whose certificate that is does not matter for how the service is. */
async function askSecurely(
  { hostname, mark, host = "127.0.0.1", path = "/", timeoutMs = 2_000, signal }: ProbeRouteOptions,
  { port, status }: { readonly port: number; readonly status: number },
): Promise<RouteProbe> {
  const hostHeader = port === usualPorts.https ? hostname : `${hostname}:${port}`;
  const address = host.includes(":") ? `[${host}]` : host;
  const headers = { host: hostHeader, ...probeHeaders };
  const head = await readHead(`https://${address}:${port}${path}`, { headers, timeoutMs, signal });
  if (head.state === "timeout") return { state: "timeout" };
  const isServed = head.state === "answered" && head.headers["x-cspace-route"] === mark;
  return { state: "claimed", status: isServed ? head.status : status };
}

/** Tells a probe from somebody's use of a service: it wakes none, and keeps none awake. */
const probeHeaders = { "x-cspace-probe": "1" };

/** What a URL need not say (RFC 9110, 4.2.1 and 4.2.2). */
export const usualPorts = { http: 80, https: 443 } as const;

/**
 * What is refused before the service, by whoever has chosen the route: a protocol to upgrade to that is no token (RFC
 * 9110, 7.8 and 5.6.2). Traefik answers 500 with the route's mark, but passes on what is printable; the gateway refuses
 * that, too.
 */
const unforwardable = {
  service: {},
  proxy: { connection: "Upgrade", upgrade: "\u00a7" },
  gateway: { connection: "Upgrade", upgrade: "/" },
} as const;
