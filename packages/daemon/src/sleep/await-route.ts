import { setTimeout } from "node:timers/promises";
import { buildHostname, type RouteName, routerName } from "@cspace/hostnames";
import { probeRoute } from "@cspace/ports";

/** How {@link awaitRoute} asks. */
export interface AwaitRouteOptions {
  readonly domain: string;
  /** The proxy's HTTP port. */
  readonly port: number;
  /** Who is to have the route: Traefik itself, or the gateway behind it, which says how the route's instance is. */
  readonly by: "proxy" | "gateway";
  /** In milliseconds. */
  readonly timeoutMs: number;
}

/** How long between one request and the next, in milliseconds. */
const pauseMs = 30;

/** Asks Traefik for a route until the one that is to have it does; `false`: not in time. Wakes nobody. */
export async function awaitRoute(
  route: RouteName,
  { domain, port, by, timeoutMs }: AwaitRouteOptions,
): Promise<boolean> {
  const hostname = buildHostname(route, { domain });
  for (const end = Date.now() + timeoutMs; Date.now() < end; await setTimeout(pauseMs)) {
    const probe = await probeRoute({ hostname, mark: routerName(route), port, reach: by });
    if (probe.state === "claimed" && (by === "proxy" || probe.held === true)) return true;
  }
  return false;
}
