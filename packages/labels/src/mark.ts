import { type RouteName, routerName } from "@cspace/hostnames";

/**
 * The response header by which a route is known to be answered by the proxy, whatever the status.
 *
 * Traefik sets it through a headers middleware (https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/headers/).
 */
export const markHeader = "X-Cspace-Route";

/**
 * The value of {@link markHeader} in the responses of a route; different routes have different ones.
 *
 * @throws CspaceError `CSPACE_NAME_INVALID` when a part is not a slug.
 *
 * @example
 * ```ts
 * buildMark({ label: "dev", instance: "mercury", project: "resume-redux" }); //=> "dev--mercury--resume-redux"
 * ```
 */
export function buildMark(route: RouteName): string {
  return routerName(route);
}
