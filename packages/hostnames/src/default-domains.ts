import type { Domain } from "./parse-domain.ts";

/**
 * The domains that a machine serves unless it is told otherwise, the stable one first.
 *
 * Names under `cspace.local` need a rule in the host's resolver; many programs know those under `cspace.localhost`
 * without one (RFC 6761, section 6.3).
 */
export const defaultDomains: readonly [Domain, Domain] = ["cspace.local" as Domain, "cspace.localhost" as Domain];
