import { parseDomain } from "./parse-domain.ts";

/**
 * The path at which every hostname tells who answers under it, whatever serves the rest of it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8615 Well-Known Uniform Resource Identifiers
 */
export const identityPath = "/.well-known/cspace";

/** Where every hostname has the icon of its instance, for services without one of their own. */
export const iconPath: string = `${identityPath}/icon`;

/** Where a proxy in front asks for a page in place of an answer that it did not get; `status` says which one that would be. */
export const errorPath: string = `${identityPath}/error`;

/**
 * The hostname of the page that shows everything that runs: no route has a single label before the domain.
 *
 * @throws CspaceError `CSPACE_DOMAIN_INVALID` as `parseDomain`.
 *
 * @example
 * ```ts
 * pageHostname("cspace.local"); //=> "cspace.cspace.local"
 * ```
 */
export function pageHostname(domain: string): string {
  return `cspace.${parseDomain(domain)}`;
}
