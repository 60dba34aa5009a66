import { readHead } from "./read-head.ts";

/** What {@link probeRoute} asks. */
export interface ProbeRouteOptions {
  /** The route's hostname, sent in `Host`. */
  readonly hostname: string;
  /** The value of `X-Cspace-Route` that proves the route is served: `<label>--<instance>--<project>`. */
  readonly mark: string;
  /** The proxy's HTTP port. */
  readonly port: number;
  /** A literal address of the proxy; the hostname is never looked up. @default "127.0.0.1" */
  readonly host?: string;
  /** Until the response's headers are complete, in milliseconds. @default 2_000 */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** What the proxy said of a route; `reason` is the system's code, such as `ECONNREFUSED`. */
export type RouteProbe =
  | { readonly state: "claimed"; readonly status: number }
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
  const { hostname, mark, port, host = "127.0.0.1", timeoutMs = 2_000, signal } = options;
  const hostHeader = port === 80 ? hostname : `${hostname}:${port}`;
  const address = host.includes(":") ? `[${host}]` : host;
  const head = await readHead(`http://${address}:${port}/`, { hostHeader, timeoutMs, signal });
  if (head.state === "timeout") return { state: "timeout" };
  if (head.state === "failed") return { state: "unreachable", reason: head.reason };
  return { state: head.headers["x-cspace-route"] === mark ? "claimed" : "unclaimed", status: head.status };
}
