import { maxHostnameLength } from "./build-hostname.ts";
import { defaultDomains } from "./default-domains.ts";
import { type Domain, parseDomain } from "./parse-domain.ts";
import type { RouteName } from "./route-name.ts";
import { isSlug } from "./slug.ts";

/** Options of {@link parseHostname}. */
export interface ParseHostnameOptions {
  /**
   * The domains that are ours.
   * @default ["cspace.local", "cspace.localhost"]
   */
  readonly domains?: readonly string[] | undefined;
}

/** The route that a hostname names, and the domain it was found under. */
export interface ParsedHostname extends RouteName {
  readonly domain: Domain;
}

/**
 * The route that a hostname names, or `undefined` when it is none of ours.
 *
 * Upper case and one trailing dot are accepted (RFC 4343; RFC 1034, section 3.1). A port is not: cut it off a `Host`
 * header first.
 *
 * @throws CspaceError `CSPACE_DOMAIN_INVALID` when one of `domains` is not a domain.
 *
 * @example
 * ```ts
 * parseHostname("dev.mercury.resume-redux.cspace.local.")?.instance; //=> "mercury"
 * parseHostname("example.com"); //=> undefined
 * ```
 */
export function parseHostname(hostname: string, options: ParseHostnameOptions = {}): ParsedHostname | undefined {
  const domains = (options.domains ?? defaultDomains).map(parseDomain);
  const text = hostname.endsWith(".") ? hostname.slice(0, -1) : hostname;
  // ASCII only, before lowering: the Kelvin sign would become a `k`.
  if (text.length > maxHostnameLength || !/^[A-Za-z0-9.-]+$/.test(text)) return undefined;
  const [label, instance, project, ...suffix] = text.toLowerCase().split(".");
  // A route has three labels, so at most one domain can be what follows them, even where one is a suffix of another.
  const domain = domains.find((candidate) => candidate === suffix.join("."));
  if (domain === undefined || !isSlug(label) || !isSlug(instance) || !isSlug(project)) return undefined;
  return { label, instance, project, domain };
}
