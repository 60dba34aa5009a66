import { joinSlugs } from "./join-slugs.ts";
import { type RouteName, slugsOfRoute } from "./route-name.ts";
import { isSlug, maxSlugLength } from "./slug.ts";

/**
 * The name of a route's Traefik router, service and middleware, `<label>--<instance>--<project>`; different routes have
 * different ones, which Traefik needs because these names are global.
 *
 * At most 63 characters: a longer one is cut and ends in `---` and a hash of the whole.
 *
 * @throws CspaceError `CSPACE_NAME_INVALID` when one of the three is not a slug.
 *
 * @example
 * ```ts
 * routerName({ label: "dev", instance: "mercury", project: "resume-redux" }); //=> "dev--mercury--resume-redux"
 * ```
 */
export function routerName(route: RouteName): string {
  return joinSlugs(slugsOfRoute(route));
}

/**
 * The route that {@link routerName} names so, or `undefined` when the name was cut or is of another form.
 *
 * @example
 * ```ts
 * parseRouterName("dev--mercury--resume-redux"); //=> { label: "dev", instance: "mercury", project: "resume-redux" }
 * parseRouterName("whoami"); //=> undefined
 * ```
 */
export function parseRouterName(name: string): RouteName | undefined {
  if (name.length > maxSlugLength) return undefined;
  const [label, instance, project, ...rest] = name.split("--");
  if (rest.length > 0 || !isSlug(label) || !isSlug(instance) || !isSlug(project)) return undefined;
  return { label, instance, project };
}
