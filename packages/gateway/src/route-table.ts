import { CspaceError } from "@cspace/errors";
import { buildHostname, parseDomain, type RouteName, routerName } from "@cspace/hostnames";
import type { GatewayErrorCode } from "./gateway-error-code.ts";

/** A route of a process on this machine. */
export interface GatewayRoute extends RouteName {
  /** The port that the process listens on, on 127.0.0.1 or ::1; `null`: on none now, and nobody is dialled for it. */
  readonly upstream: number | null;
  /** Why it does not listen, for the page that says so: `ended with code 3`. @default that nothing listens there */
  readonly reason?: string | undefined;
  /** What the process is called on the page that says it is down. @default the route's label */
  readonly process?: string | undefined;
  /** The last lines that the process printed, for that page; asked for when it is shown. @default none */
  readonly lastLines?: (() => readonly string[] | Promise<readonly string[]>) | undefined;
  /** The process is on its way: requests wait for it instead of failing. @default false */
  readonly starting?: boolean | undefined;
  /**
   * It sleeps: a request calls this, and waits as for one that is starting. May be called any number of times, until the
   * routes are others. @default it is awake
   */
  readonly wake?: (() => void) | undefined;
  /**
   * Where HTTPS is answered: who asks over HTTP is sent there, but for upgrades, which no client would follow.
   * @default none is sent away
   */
  readonly redirectTo?: number | undefined;
  /**
   * It is served by a proxy in front, which hands it on as long as this holds: `its health check has not passed`. Answered
   * with a page that says so, and without the mark, for the route is not served. @default it is the gateway's own
   */
  readonly waiting?: string | undefined;
  /** Its service gets every request, also those that an {@link InternalService} claims. @default false */
  readonly exempt?: boolean | undefined;
}

/** A server of whoever embeds the gateway, for requests that are no service's, whatever their route. */
export interface InternalService {
  /** Where it listens, on 127.0.0.1. It speaks HTTP/1.1. */
  readonly port: number;
  /** Whether a request is its own. */
  readonly claims: (request: {
    /** In lower case, without port. */
    readonly hostname: string;
    /** Without the query; as it was asked for, never decoded. */
    readonly path: string;
  }) => boolean;
}

/** A route as it is served. */
export interface Target {
  readonly route: GatewayRoute;
  /** The value of `X-Cspace-Route`; it proves that the route is served, and is sent only then. Empty: no route answers. */
  readonly mark: string;
  /** Under the first domain. */
  readonly hostname: string;
  /** Tells the connections to its process from all others. */
  readonly poolKey: string;
}

/** Who is served, by hostname. It is never changed, only replaced. */
export interface RouteTable {
  readonly targets: readonly Target[];
  readonly byHostname: ReadonlyMap<string, Target>;
  readonly poolKeys: ReadonlySet<string>;
  readonly domains: readonly string[];
}

/**
 * Makes the table of routes that answer under each domain.
 *
 * @throws {CspaceError} `CSPACE_ROUTE_DUPLICATE`, `CSPACE_PORT_INVALID`, and those of `buildHostname`.
 */
export function buildRouteTable(routes: readonly GatewayRoute[], domains: readonly string[]): RouteTable {
  const served = [...new Set(domains.map(parseDomain))];
  const byHostname = new Map<string, Target>();
  const targets = routes.map((route) => {
    const mark = routerName(route);
    const hostnames = served.map((domain) => buildHostname(route, { domain }) as string);
    const target = { route, mark, hostname: hostnames[0] ?? mark, poolKey: `${mark} ${route.upstream}` };
    const { upstream } = route;
    if (upstream !== null && (!Number.isInteger(upstream) || upstream < 1 || upstream > 65_535)) {
      throw failure("CSPACE_PORT_INVALID", `the port ${upstream} of ${mark} is not a port`, "use 1 to 65535");
    }
    for (const hostname of hostnames) {
      if (byHostname.has(hostname)) {
        const hint = "give each route a label of its own";
        throw failure("CSPACE_ROUTE_DUPLICATE", `the route ${mark} is given twice`, hint);
      }
      byHostname.set(hostname, target);
    }
    return target;
  });
  const poolKeys = new Set(targets.map(({ poolKey }) => poolKey));
  return { targets, byHostname, poolKeys, domains: served };
}

/**
 * What an answer of the gateway itself carries by which a route is known, and that it sleeps or is on its way: nothing where another proxy
 * serves it.
 */
export function marksOf(target: Target | undefined): readonly (readonly [name: string, value: string])[] {
  if (target === undefined || target.mark === "" || target.route.waiting !== undefined) return [];
  const { route, mark } = target;
  const state = route.starting === true ? "starting" : route.wake === undefined ? undefined : "asleep";
  return [["X-Cspace-Route", mark], ...(state === undefined ? [] : [["X-Cspace-State", state] as const])];
}

/** What requests to an {@link InternalService} are handed to. */
export function internalTarget({ port }: InternalService): Target {
  const route = { label: "", instance: "", project: "", upstream: port };
  return { route, mark: "", hostname: "", poolKey: `internal ${port}` };
}

/** The path of a request's target, without its query. */
export function pathOf(target: string): string {
  const query = target.indexOf("?");
  return query === -1 ? target : target.slice(0, query);
}

/** The hostname of an authority: without its port and a trailing dot, in lower case. */
export function hostnameOf(authority: string): string {
  const colon = authority.lastIndexOf(":");
  const bracket = authority.lastIndexOf("]");
  const host = colon > bracket ? authority.slice(0, colon) : authority;
  return (host.endsWith(".") ? host.slice(0, -1) : host).toLowerCase();
}

function failure(code: GatewayErrorCode, message: string, hint: string): CspaceError<GatewayErrorCode> {
  return new CspaceError(code, message, { hint });
}
