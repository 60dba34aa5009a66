import { type Check, found, well } from "../check.ts";

/** What the C library does with a name before and around DNS: `resolv.conf` and `nsswitch.conf`. */
export interface LookupEvidence {
  readonly domains: readonly string[];
  /** Domains that programs append to names. */
  readonly search: readonly string[];
  /** How many dots a name needs to be asked for as it is first. */
  readonly ndots: number;
  /** The sources for hosts, in order. */
  readonly sources: readonly string[];
}

/** Names that are looked for under other domains, or by multicast, before they are asked for as they are. */
export function judgeLookup({ domains, search, ndots, sources }: LookupEvidence): Check[] {
  const checks: Check[] = [];
  // The shortest name has a label, an instance and a project.
  const dotsOf = (domain: string): number => 3 + (domain.split(".").length - 1);
  const late = domains.filter((domain) => ndots > dotsOf(domain));
  // nss-resolve(8) asks systemd-resolved itself, which counts no dots.
  const [asked] = sources.filter((source) => source === "dns" || source === "resolve");
  if (late.length > 0 && search.length > 0 && asked === "dns") {
    checks.push(
      found("search", "warn", {
        message: `names under ${late.join(", ")} are looked for under ${search.join(", ")} first`,
        evidence: [`/etc/resolv.conf says ndots:${ndots}`],
        fix: "take ndots out of the options of /etc/resolv.conf, or of what writes it",
      }),
    );
  } else {
    checks.push(well("search", "names are asked for as they are", search));
  }
  const local = domains.filter((domain) => domain.endsWith(".local"));
  if (local.length === 0) return checks;
  // nss-mdns(8): the minimal ones give up names of several labels, the others ask the network for them.
  const at = sources.findIndex((source) => /^mdns[46]?$/.test(source));
  if (at !== -1 && (asked === undefined || at < sources.indexOf(asked))) {
    checks.push(
      found("mdns", "warn", {
        message: `names under ${local.join(", ")} are asked of the whole network by multicast first`,
        evidence: [`/etc/nsswitch.conf asks for hosts: ${sources.join(" ")}`],
        fix: `use ${sources[at]}_minimal in /etc/nsswitch.conf, or another domain: cspace init --domain cspace.test`,
      }),
    );
  } else {
    checks.push(well("mdns", "no name is asked of the network by multicast first", sources));
  }
  return checks;
}
