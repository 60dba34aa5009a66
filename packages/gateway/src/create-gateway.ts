import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { CspaceError } from "@cspace/errors";
import { defaultDomains } from "@cspace/hostnames";
import { ClientConnection } from "./client/client-connection.ts";
import { answerQuery, type Zones } from "./dns/answer-query.ts";
import { serveDnsStream } from "./dns/serve-dns-stream.ts";
import type { GatewayErrorCode } from "./gateway-error-code.ts";
import { Hub } from "./hub.ts";
import { defaultLimits, type GatewayLimits } from "./limits.ts";
import { bindLoopback } from "./listen/bind-loopback.ts";
import { type Bound, type BoundAddress, bindTcp, bindUdp } from "./listen/bind-servers.ts";
import { type Admits, admitsLoopback, admitsSubnets, plainAddress } from "./listen/peers.ts";
import { buildRouteTable, type GatewayRoute } from "./route-table.ts";

/** Options of {@link createGateway}. */
export interface GatewayOptions {
  /** @default none */
  readonly routes?: readonly GatewayRoute[];
  /** Every route answers under each; at least one. @default ["cspace.local", "cspace.localhost"] */
  readonly domains?: readonly string[];
  /** Each by itself. @default as {@link GatewayLimits} says */
  readonly limits?: Partial<GatewayLimits>;
}

/** An address beside loopback, such as the one of a Docker network's gateway. */
export interface FurtherAddress {
  readonly address: string;
  /** Who may speak to it: subnets such as `10.213.0.0/26`. Others are refused before they are read. */
  readonly peers: readonly string[];
}

/** Options of {@link Gateway.listen}. */
export interface ListenOptions {
  /** 0 is any that is free. @default 80 */
  readonly httpPort?: number;
  /** For UDP and TCP; 0 is any that is free; `null` for no DNS. @default null */
  readonly dnsPort?: number | null;
  /** HTTP only, on the same port. @default none */
  readonly further?: readonly FurtherAddress[];
  /** Keep what a proxy in front says in `Forwarded` and `X-Forwarded-*`, instead of dropping it. @default false */
  readonly trustForwarded?: boolean;
  /**
   * Listen on the wildcard address and refuse who is not of this machine: where the system asks for it (`needed`: macOS,
   * ports below 1024), or in any case. @default "needed"
   */
  readonly wildcard?: "never" | "needed" | "always";
  /** @default process.platform */
  readonly platform?: NodeJS.Platform;
}

/** Where a gateway listens. */
export interface Listening {
  readonly httpPort: number;
  readonly dnsPort: number | null;
  readonly http: readonly BoundAddress[];
  readonly dns: readonly BoundAddress[];
}

/** A running gateway. */
export interface Gateway {
  /**
   * Begins to serve: on loopback, and on what is asked for beside it.
   *
   * @throws {CspaceError} `CSPACE_PORT_TAKEN`, `CSPACE_PORT_DENIED`, `CSPACE_PEERS_INVALID`, `CSPACE_GATEWAY_CLOSED`; then
   * it listens nowhere.
   */
  listen(options?: ListenOptions): Promise<Listening>;
  /**
   * Serves these routes from now on, and no others. No request is lost: what is under way ends as it began.
   *
   * @throws {CspaceError} as {@link createGateway}; then the routes stay as they were.
   */
  setRoutes(routes: readonly GatewayRoute[]): void;
  /** How many clients are connected. */
  readonly clients: number;
  /** Accepts nobody any more, lets requests and streams end within the limit, and closes everything. */
  close(): Promise<void>;
}

/** How often it is looked for what is late, in milliseconds. */
const maxSweepMs = 500;
/** More DNS clients over TCP at once than any resolver has. */
const maxDnsStreams = 128;

/**
 * A reverse proxy for the processes of this machine and a responder for the names that lead to it. It listens nowhere
 * before {@link Gateway.listen}.
 *
 * @throws {CspaceError} `CSPACE_ROUTE_DUPLICATE`, `CSPACE_PORT_INVALID`, and those of `buildHostname`.
 * @example
 * ```ts
 * const gateway = createGateway({ routes: [{ label: "dev", instance: "mercury", project: "p", upstream: 3000 }] });
 * const { httpPort } = await gateway.listen({ httpPort: 0 });
 * // http://dev.mercury.p.cspace.localhost:<httpPort> is served by port 3000
 * await gateway.close();
 * ```
 */
export function createGateway(options: GatewayOptions = {}): Gateway {
  const { routes = [], domains = defaultDomains, limits: given = {} } = options;
  const limits = { ...defaultLimits, ...given };
  const name = `cspace-${randomBytes(6).toString("hex")}`;
  const hub = new Hub(buildRouteTable(routes, domains), limits, name);
  const bound: Bound[] = [];
  const streams = new Set<Socket>();
  let closed = false;
  const sweepMs = Math.min(maxSweepMs, Math.max(10, Math.min(limits.headersTimeoutMs, limits.idleTimeoutMs) / 4));
  let sweeper: NodeJS.Timeout | undefined;

  function acceptHttp(socket: Socket, port: number, admits: Admits, trustForwarded: boolean): void {
    const address = plainAddress(socket.remoteAddress ?? "");
    if (closed || !admits(address)) return void socket.destroy();
    new ClientConnection(hub, socket, { address, port, trustForwarded });
  }

  function acceptDns(socket: Socket, zones: Zones): void {
    const mayAsk = admitsLoopback(plainAddress(socket.remoteAddress ?? ""));
    if (closed || !mayAsk || streams.size >= maxDnsStreams) return void socket.destroy();
    streams.add(socket);
    socket.once("close", () => streams.delete(socket));
    serveDnsStream(socket, (message) => answerQuery(message, zones, "tcp"));
  }

  async function bindHttp(options: ListenOptions): Promise<readonly Bound[]> {
    const { httpPort = 80, further = [], trustForwarded = false, wildcard = "needed" } = options;
    const guards = further.map(({ address, peers }) => ({ address, admits: admitsSubnets(peers) }));
    const on = (admits: Admits) => async (host: string, port: number) => [
      await bindTcp(host, port, (socket, local) => acceptHttp(socket, local, admits, trustForwarded)),
    ];
    const { platform = process.platform } = options;
    const loopback = await bindLoopback(on(admitsLoopback), httpPort, { what: "HTTP", wildcard, platform });
    bound.push(...loopback);
    const port = loopback[0]?.port ?? httpPort;
    const others: Bound[] = [];
    for (const { address, admits } of guards) others.push(...(await on(admits)(address, port)));
    bound.push(...others);
    return [...loopback, ...others];
  }

  async function bindDns(port: number, ipv6: boolean, options: ListenOptions): Promise<readonly Bound[]> {
    const { wildcard = "needed", platform = process.platform } = options;
    const zones: Zones = { domains: hub.table.domains, ipv6 };
    const both = async (host: string, wanted: number): Promise<readonly Bound[]> => {
      const tcp = await bindTcp(host, wanted, (socket) => acceptDns(socket, zones));
      try {
        const udp = await bindUdp(host, tcp.port, (message, from, socket) => {
          if (!admitsLoopback(plainAddress(from.address))) return;
          const reply = answerQuery(message, zones, "udp");
          if (reply !== undefined) socket.send(reply, from.port, from.address);
        });
        return [udp, tcp];
      } catch (error) {
        tcp.close();
        throw error;
      }
    };
    const listening = await bindLoopback(both, port, { what: "DNS", wildcard, platform });
    bound.push(...listening);
    return listening;
  }

  return {
    get clients() {
      return hub.connections.size;
    },
    async listen(options = {}) {
      if (closed || bound.length > 0) throw alreadyDone(closed);
      try {
        const http = await bindHttp(options);
        const ipv6 = http.some(({ address }) => address === "::1" || address === "::");
        const { dnsPort = null } = options;
        const dns = dnsPort === null ? [] : await bindDns(dnsPort, ipv6, options);
        sweeper = setInterval(() => hub.sweep(Date.now()), sweepMs);
        return {
          httpPort: http[0]?.port ?? 0,
          dnsPort: dns[0]?.port ?? null,
          http: http.map(where),
          dns: dns.map(where),
        };
      } catch (error) {
        for (const one of bound.splice(0)) one.close();
        throw error;
      }
    },
    setRoutes(routes) {
      hub.replaceTable(buildRouteTable(routes, domains));
    },
    async close() {
      if (closed) return;
      closed = true;
      for (const one of bound.splice(0)) one.close();
      for (const socket of streams) socket.destroy();
      await hub.drain(limits.drainTimeoutMs);
      clearInterval(sweeper);
    },
  };
}

function where({ address, port }: Bound): BoundAddress {
  return { address, port };
}

function alreadyDone(closed: boolean): CspaceError<GatewayErrorCode> {
  const message = closed ? "the gateway is closed" : "the gateway listens already";
  return new CspaceError("CSPACE_GATEWAY_CLOSED", message, { hint: "make another one" });
}
