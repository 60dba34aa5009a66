import { needsNoRule, parseDomain } from "@cspace/hostnames";

/**
 * The domains that the machine serves when one is to be the first: it, then those that browsers find by themselves. A
 * machine where it is the first already keeps all of its domains. Pure.
 *
 * @throws {CspaceError} `CSPACE_DOMAIN_INVALID`.
 */
export function chooseDomains(served: readonly string[], first: string | undefined): readonly string[] {
  if (first === undefined) return served;
  const domain: string = parseDomain(first);
  if (served[0] === domain) return served;
  return [domain, ...served.filter((one) => needsNoRule(one) && one !== domain)];
}
