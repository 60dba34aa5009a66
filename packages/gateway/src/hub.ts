import type { RouteName } from "@cspace/hostnames";
import { Traffic } from "./client/traffic.ts";
import type { GatewayLimits } from "./limits.ts";
import {
  hostnameOf,
  type InternalService,
  internalTarget,
  pathOf,
  type RouteTable,
  type Target,
} from "./route-table.ts";
import { UpstreamPool } from "./upstream/upstream-pool.ts";

/** What has to be closed with the gateway, and may be late. */
export interface Tracked {
  /** When it is too late for what it waits for, by the clock of `Date.now`; 0 when nothing is waited for. */
  readonly deadline: number;
  onDeadline(): void;
  /** The gateway closes: idle connections end now, the others after what they are doing. */
  drain(): void;
  destroy(): void;
}

/** How long an answer may take to get to a client before its connection is ended by force, in milliseconds. */
const lastWordMs = 500;

/** What a gateway may be made with. */
interface HubOptions {
  readonly internal?: InternalService | undefined;
  readonly icon?: ((route: RouteName) => string) | undefined;
}

/** What all connections of one gateway share. */
export class Hub {
  table: RouteTable;
  readonly limits: GatewayLimits;
  /** The name in `Via`, by which a request that comes round again is known. */
  readonly name: string;
  readonly icon: HubOptions["icon"];
  draining = false;
  /** When what is under way is ended by force, by the clock of `Date.now`. */
  #drainEnd = Number.POSITIVE_INFINITY;
  readonly traffic: Traffic = new Traffic();
  readonly connections: Set<Tracked> = new Set();
  readonly #pools = new Map<string, UpstreamPool>();
  readonly #internal: { readonly service: InternalService; readonly target: Target } | undefined;
  #onEmpty: (() => void) | undefined;

  constructor(table: RouteTable, limits: GatewayLimits, name: string, { internal, icon }: HubOptions = {}) {
    this.table = table;
    this.limits = limits;
    this.name = name;
    this.icon = icon;
    this.#internal = internal && { service: internal, target: internalTarget(internal) };
  }

  /** The internal service, where a request is its own. */
  internalFor(authority: string, target: string): Target | undefined {
    if (this.#internal === undefined) return undefined;
    const hostname = hostnameOf(authority);
    if (!this.#internal.service.claims({ hostname, path: pathOf(target) })) return undefined;
    return this.table.byHostname.get(hostname)?.route.exempt === true ? undefined : this.#internal.target;
  }

  /**
   * The connections to a route's process. A route that moves to another port gets others; one that is gone keeps none, but
   * for sessions of HTTP/2, which the last client of such takes along.
   */
  poolOf({ poolKey, route }: Target): UpstreamPool {
    const known = this.#pools.get(poolKey);
    if (known !== undefined) return known;
    const pool = new UpstreamPool(route.upstream, this.limits.dialTimeoutMs);
    if (this.#isServed(poolKey)) this.#pools.set(poolKey, pool);
    else pool.close();
    return pool;
  }

  /** Serves other routes from now on. What is under way ends as it began. */
  replaceTable(table: RouteTable): void {
    this.table = table;
    for (const [key, pool] of this.#pools) {
      if (this.#isServed(key)) continue;
      this.#pools.delete(key);
      pool.close();
    }
  }

  #isServed(poolKey: string): boolean {
    return poolKey === this.#internal?.target.poolKey || this.table.poolKeys.has(poolKey);
  }

  /** Whether it is time to tell those who wait that they wait in vain. */
  get isEnding(): boolean {
    return Date.now() >= this.#drainEnd - lastWordMs;
  }

  add(connection: Tracked): void {
    this.connections.add(connection);
  }

  remove(connection: Tracked): void {
    this.connections.delete(connection);
    if (this.connections.size === 0) this.#onEmpty?.();
  }

  /** Ends what is late. */
  sweep(now: number): void {
    for (const connection of this.connections) {
      if (connection.deadline !== 0 && connection.deadline <= now) connection.onDeadline();
    }
    for (const pool of this.#pools.values()) pool.sweep(now);
  }

  /** Waits until every connection has ended, and ends by force those that have not after `timeoutMs`. */
  async drain(timeoutMs: number): Promise<void> {
    this.draining = true;
    this.#drainEnd = Date.now() + timeoutMs;
    for (const connection of this.connections) connection.drain();
    if (this.connections.size > 0) {
      const timer = setTimeout(() => {
        for (const connection of this.connections) connection.destroy();
      }, timeoutMs);
      await new Promise<void>((resolve) => {
        this.#onEmpty = resolve;
      });
      clearTimeout(timer);
    }
    for (const pool of this.#pools.values()) pool.close();
  }
}
