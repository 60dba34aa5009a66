import { CspaceError } from "@cspace/errors";
import { defaultDomains } from "./default-domains.ts";
import type { HostnamesErrorCode } from "./hostnames-error-code.ts";
import { parseDomain } from "./parse-domain.ts";
import { type RouteName, slugsOfRoute } from "./route-name.ts";

declare const brand: unique symbol;

/** A route's full name in DNS: lower case, no trailing dot, at most 253 characters. */
export type Hostname = string & { readonly [brand]: "Hostname" };

/** The longest name that DNS carries, in characters without the trailing dot (RFC 1035, section 2.3.4). */
export const maxHostnameLength = 253;

/** Options of {@link buildHostname}. */
export interface BuildHostnameOptions {
  /** @default "cspace.local" */
  readonly domain?: string | undefined;
}

/**
 * The hostname of a route, `<label>.<instance>.<project>.<domain>`; different routes have different ones.
 *
 * @throws CspaceError `CSPACE_NAME_INVALID` when a part is not a slug, `CSPACE_DOMAIN_INVALID` as `parseDomain`,
 * `CSPACE_HOSTNAME_TOO_LONG` over 253 characters.
 *
 * @example
 * ```ts
 * buildHostname({ label: "dev", instance: "mercury", project: "resume-redux" }); //=> "dev.mercury.resume-redux.cspace.local"
 * ```
 */
export function buildHostname(route: RouteName, options: BuildHostnameOptions = {}): Hostname {
  const { domain = defaultDomains[0] } = options;
  const hostname = [...slugsOfRoute(route), parseDomain(domain)].join(".");
  if (hostname.length <= maxHostnameLength) return hostname as Hostname;
  throw new CspaceError<HostnamesErrorCode>(
    "CSPACE_HOSTNAME_TOO_LONG",
    `the hostname ${hostname} has ${hostname.length} characters, and DNS carries ${maxHostnameLength}`,
    { hint: "shorten the project, the instance, the label or the domain" },
  );
}
