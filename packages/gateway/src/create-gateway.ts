import { randomBytes } from "node:crypto";
import type { Socket as DatagramSocket } from "node:dgram";
import type { Server } from "node:net";
import { CspaceError } from "@cspace/errors";
import { defaultDomains, type RouteName } from "@cspace/hostnames";
import type { RouteTraffic } from "./client/traffic.ts";
import type { Zones } from "./dns/answer-query.ts";
import type { GatewayErrorCode } from "./gateway-error-code.ts";
import { Hub } from "./hub.ts";
import { defaultLimits, type GatewayLimits } from "./limits.ts";
import type { Wildcard } from "./listen/bind-loopback.ts";
import type { Bound, BoundAddress } from "./listen/bind-servers.ts";
import { adoptDns, listenDns } from "./listen/listen-dns.ts";
import { adoptHttp, adoptHttps, type FurtherAddress, listenHttp, listenHttps } from "./listen/listen-http.ts";
import { buildRouteTable, type GatewayRoute, type InternalService } from "./route-table.ts";
import { Certificates, type GatewayCertificate } from "./tls/certificates.ts";

/** Options of {@link createGateway}. */
export interface GatewayOptions {
  /** @default none */
  readonly routes?: readonly GatewayRoute[];
  /** Every route answers under each; at least one. @default ["cspace.local", "cspace.localhost"] */
  readonly domains?: readonly string[];
  /** What is shown to encrypted clients. @default none: they are refused */
  readonly certificates?: readonly GatewayCertificate[];
  /** Answers what it claims, in place of every route that is not exempt. @default none */
  readonly internal?: InternalService | undefined;
  /**
   * The icon of a route, as SVG, where its service answers 404 for `/favicon.ico`. @default none: the service's answer stands
   */
  readonly icon?: ((route: RouteName) => string) | undefined;
  /** Each by itself. @default as {@link GatewayLimits} says */
  readonly limits?: Partial<GatewayLimits>;
}

/** Options of {@link Gateway.listen}. */
export interface ListenOptions {
  /** 0 is any that is free. @default 80 */
  readonly httpPort?: number;
  /** 0 is any that is free; `null` for no encrypted clients. @default null */
  readonly httpsPort?: number | null;
  /** For UDP and TCP; 0 is any that is free; `null` for no DNS. @default null */
  readonly dnsPort?: number | null;
  /** HTTP only, on the same port. @default none */
  readonly further?: readonly FurtherAddress[];
  /** Keep what a proxy in front says in `X-Forwarded-*`, instead of dropping it. @default false */
  readonly trustForwarded?: boolean;
  /**
   * Listen on the wildcard address and refuse who is not of this machine: where the system asks for it (`needed`: macOS,
   * ports below 1024), or in any case. @default "needed"
   */
  readonly wildcard?: Wildcard;
  /** @default process.platform */
  readonly platform?: NodeJS.Platform;
}

/** Where a gateway listens. */
export interface Listening {
  readonly httpPort: number;
  readonly httpsPort: number | null;
  readonly dnsPort: number | null;
  readonly http: readonly BoundAddress[];
  readonly https: readonly BoundAddress[];
  readonly dns: readonly BoundAddress[];
}

/** A socket that a gateway listens with, as `subprocess.send()` hands it to another process. */
export interface GatewaySocket extends BoundAddress {
  readonly protocol: "http" | "https" | "dns";
  readonly handle: Server | DatagramSocket;
}

/** A running gateway. */
export interface Gateway {
  /**
   * Begins to serve: on loopback, and on what is asked for beside it.
   *
   * @throws {CspaceError} `CSPACE_PORT_TAKEN`, `CSPACE_PORT_DENIED`, `CSPACE_PEERS_INVALID`, `CSPACE_ADDRESS_ABSENT`,
   * `CSPACE_GATEWAY_CLOSED`; then it listens nowhere.
   */
  listen(options?: ListenOptions): Promise<Listening>;
  /**
   * Serves a socket that another gateway listens with, from this call on: one that another process has sent. As long as
   * both listen, either may get a client. To be called for each one, instead of {@link Gateway.listen}.
   *
   * @throws {CspaceError} `CSPACE_PEERS_INVALID`, `CSPACE_GATEWAY_CLOSED`.
   */
  adopt(
    socket: Pick<GatewaySocket, "protocol" | "handle">,
    options?: Pick<ListenOptions, "further" | "trustForwarded">,
  ): void;
  /** What it listens with now. */
  readonly sockets: readonly GatewaySocket[];
  /**
   * Serves these routes from now on, and no others. No request is lost: what is under way ends as it began.
   *
   * @throws {CspaceError} as {@link createGateway}; then the routes stay as they were.
   */
  setRoutes(routes: readonly GatewayRoute[]): void;
  /**
   * Shows these certificates to clients who come from now on, and no others. Connections go on with what they began with.
   *
   * @throws {CspaceError} `CSPACE_CERTIFICATE_REFUSED`; then all stays as it was.
   */
  setCertificates(certificates: readonly GatewayCertificate[]): void;
  /** What has been asked of each route since the gateway was made, by the value of its `X-Cspace-Route`. */
  readonly traffic: ReadonlyMap<string, RouteTraffic>;
  /** How many clients are connected. */
  readonly clients: number;
  /** Accepts nobody any more, lets requests and streams end within the limit, and closes everything. */
  close(options?: { readonly drainTimeoutMs?: number }): Promise<void>;
}

/** How often it is looked for what is late, in milliseconds. */
const maxSweepMs = 500;

/**
 * A reverse proxy for the processes of this machine and a responder for the names that lead to it. It listens nowhere
 * before {@link Gateway.listen}.
 *
 * @throws {CspaceError} `CSPACE_ROUTE_DUPLICATE`, `CSPACE_PORT_INVALID`, `CSPACE_CERTIFICATE_REFUSED`, and those of
 * `buildHostname`.
 * @example
 * ```ts
 * const gateway = createGateway({ routes: [{ label: "dev", instance: "mercury", project: "p", upstream: 3000 }] });
 * const { httpPort } = await gateway.listen({ httpPort: 0 });
 * // http://dev.mercury.p.cspace.localhost:<httpPort> is served by port 3000
 * await gateway.close();
 * ```
 */
export function createGateway(options: GatewayOptions = {}): Gateway {
  const {
    routes = [],
    domains = defaultDomains,
    certificates: shown = [],
    limits: given = {},
    internal,
    icon,
  } = options;
  const limits = { ...defaultLimits, ...given };
  const name = `cspace-${randomBytes(6).toString("hex")}`;
  const hub = new Hub(buildRouteTable(routes, domains), limits, name, { internal, icon });
  const { headersTimeoutMs, idleTimeoutMs, stallTimeoutMs } = limits;
  const sweepMs = Math.min(maxSweepMs, Math.max(10, Math.min(headersTimeoutMs, idleTimeoutMs, stallTimeoutMs) / 4));
  const certificates = new Certificates();
  certificates.replace(shown);
  let state: "new" | "listening" | "closed" = "new";
  let http: readonly Bound[] = [];
  let https: readonly Bound[] = [];
  let dns: readonly Bound[] = [];
  let sweeper: NodeJS.Timeout | undefined;

  const zones: Zones = {
    domains: hub.table.domains,
    get ipv6() {
      return http.some(({ address }) => address === "::1" || address === "::");
    },
  };

  const start = (): void => {
    state = "listening";
    sweeper ??= setInterval(() => hub.sweep(Date.now()), sweepMs);
  };

  async function bind(options: ListenOptions): Promise<Listening> {
    const { httpPort = 80, httpsPort = null, dnsPort = null, further = [], trustForwarded = false } = options;
    const { wildcard = "needed", platform = process.platform } = options;
    http = await listenHttp(hub, httpPort, { further, trustForwarded, wildcard, platform });
    if (httpsPort !== null) https = await listenHttps(hub, certificates, httpsPort, { wildcard, platform });
    if (dnsPort !== null) dns = await listenDns(zones, dnsPort, { wildcard, platform });
    const portOf = (bound: readonly Bound[]): number | null => bound[0]?.port ?? null;
    const ports = { httpPort: portOf(http) ?? httpPort, httpsPort: portOf(https), dnsPort: portOf(dns) };
    return { ...ports, http: http.map(where), https: https.map(where), dns: dns.map(where) };
  }

  // A gateway may be closed while it is still on its way to listen.
  const wasClosed = (): boolean => state === "closed";

  function unbind(): void {
    for (const one of [...http, ...https, ...dns]) one.close();
    [http, https, dns] = [[], [], []];
  }

  return {
    get traffic() {
      return hub.traffic.read();
    },
    get clients() {
      return hub.connections.size;
    },
    async listen(options = {}) {
      if (state !== "new") throw notAgain(state);
      state = "listening";
      try {
        const listening = await bind(options);
        if (wasClosed()) throw notAgain("closed");
        start();
        return listening;
      } catch (error) {
        unbind();
        if (!wasClosed()) state = "new";
        throw error;
      }
    },
    adopt({ protocol, handle }, { further = [], trustForwarded = false } = {}) {
      if (wasClosed()) throw notAgain("closed");
      if (protocol === "dns") dns = [...dns, adoptDns(zones, handle)];
      else if (protocol === "https") https = [...https, adoptHttps(hub, certificates, handle as Server)];
      else http = [...http, adoptHttp(hub, handle as Server, { further, trustForwarded })];
      start();
    },
    get sockets() {
      const of = (protocol: GatewaySocket["protocol"], bound: readonly Bound[]): GatewaySocket[] =>
        bound.map(({ address, port, handle }) => ({ protocol, address, port, handle }));
      return [...of("http", http), ...of("https", https), ...of("dns", dns)];
    },
    setRoutes(routes) {
      hub.replaceTable(buildRouteTable(routes, domains));
    },
    setCertificates(shown) {
      certificates.replace(shown);
    },
    async close({ drainTimeoutMs = limits.drainTimeoutMs } = {}) {
      state = "closed";
      unbind();
      await hub.drain(drainTimeoutMs);
      clearInterval(sweeper);
    },
  };
}

function where({ address, port }: Bound): BoundAddress {
  return { address, port };
}

function notAgain(state: "listening" | "closed"): CspaceError<GatewayErrorCode> {
  const message = state === "closed" ? "the gateway is closed" : "the gateway listens already";
  return new CspaceError("CSPACE_GATEWAY_CLOSED", message, { hint: "make another one" });
}
