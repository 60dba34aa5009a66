import type { ResolverKind } from "../resolver-state.ts";
import type { LookUp } from "./look-up.ts";

/** What became of a domain's rule; the words of `cspace dns status`. */
export type ResolverHealth = "ok" | "no-rule" | "no-dns" | "not-used" | "slow";

/** A domain's state, with the reason in a clause and what to do; both `null` when all is well. */
export interface ResolverVerdict {
  readonly state: ResolverHealth;
  readonly reason: string | null;
  readonly fix: string | null;
}

/** Everything {@link judgeResolver} decides from. */
export interface ResolverEvidence {
  readonly kind: ResolverKind;
  readonly domain: string;
  /** Whether a rule of cspace's covers the domain; of `hosts`, every name. */
  readonly ruled: boolean;
  /** The port that the rule names; `null` for `hosts` and without a rule. */
  readonly rulePort: number | null;
  /** Where the proxy's DNS listens; `null` when it does not run, or nobody knows. */
  readonly port: number | null;
  /** Whether the DNS answers on the rule's port. */
  readonly answers: boolean;
  /** Whether the running resolver has read the rule. */
  readonly loaded: boolean;
  /** The names that `/etc/hosts` should have and has not. */
  readonly missing: readonly string[];
  /** Whether there is a name at all that `hosts` could have. */
  readonly named: boolean;
  readonly lookUp: LookUp;
  /** The sources for hosts in `/etc/nsswitch.conf`. */
  readonly sources: readonly string[];
  /** What systemd-resolved demands of every server, that of the rule as well. @default nothing */
  readonly demands?: readonly Demand[];
}

/** Settings of systemd-resolved that a plain DNS on this machine cannot meet. */
export type Demand = "DNSOverTLS" | "DNSSEC";

/** From how many milliseconds on a lookup is slow; one that waits for an answer takes five seconds. */
const slowFrom = 1000;

/**
 * Tells the states of a rule apart, from what the system's resolver and the DNS itself answered. Pure.
 *
 * A domain that resolves to this machine is well, whoever made it so.
 */
export function judgeResolver(evidence: ResolverEvidence): ResolverVerdict {
  const { kind, domain, ruled, lookUp } = evidence;
  const { addresses, ms, timedOut } = lookUp;
  if (addresses.length > 0 && addresses.every(isLoopback)) {
    if (ms < slowFrom) return { state: "ok", reason: null, fix: null };
    const seconds = (ms / 1000).toFixed(1);
    return bad(
      "slow",
      `a lookup takes ${seconds} s: one of the questions, mostly the one for IPv6, gets no answer`,
      slowFix,
    );
  }
  if (!ruled) return judgeUnruled(evidence);
  if (kind === "hosts") return bad("not-used", whyNotUsed(evidence), fixSources(evidence));
  const wrongPort = whyWrongPort(evidence);
  if (wrongPort !== undefined) return bad("no-dns", wrongPort, "cspace dns install");
  if (!evidence.answers) {
    const reason = `nothing answers DNS on port ${evidence.rulePort} of 127.0.0.1, where the rule for ${domain} leads`;
    return bad("no-dns", reason, "cspace proxy up");
  }
  const [demand] = evidence.demands ?? [];
  if (demand !== undefined)
    return bad(timedOut ? "slow" : "not-used", demands[demand].reason, demands[demand].fix(domain));
  if (timedOut) return bad("slow", `the system's resolver gave no answer within ${Math.round(ms / 1000)} s`, slowFix);
  if (!evidence.loaded) return bad("not-used", "the resolver has not read the rule yet", "cspace dns install");
  return bad("not-used", whyNotUsed(evidence), fixSources(evidence));
}

/** resolved.conf(5); a negative trust anchor exempts one domain: dnssec-trust-anchors.d(5). */
const demands: Readonly<Record<Demand, { readonly reason: string; readonly fix: (domain: string) => string }>> = {
  DNSOverTLS: {
    reason: "systemd-resolved is set to DNSOverTLS=yes, and the DNS on this machine speaks none",
    fix: () =>
      "set DNSOverTLS=opportunistic in /etc/systemd/resolved.conf, then: sudo systemctl restart systemd-resolved",
  },
  DNSSEC: {
    reason: "systemd-resolved is set to DNSSEC=yes, and the names of this machine are signed by nobody",
    fix: (domain) =>
      `echo ${domain} | sudo tee /etc/dnssec-trust-anchors.d/cspace.negative, then: sudo systemctl restart systemd-resolved`,
  },
};

const slowFix = "see what else answers for names: turn a VPN off, or another resolver; then cspace dns status";

function judgeUnruled({ kind, domain, missing, named }: ResolverEvidence): ResolverVerdict {
  if (domain.endsWith(".localhost")) {
    const reason = "Chrome, Firefox, Edge and curl need no rule for it; Safari, Node and Java do";
    return bad("no-rule", reason, "cspace dns install --localhost");
  }
  if (kind !== "hosts") return bad("no-rule", `no rule sends ${domain} to cspace`, "cspace init");
  if (!named) {
    const reason = "/etc/hosts takes exact names only, and no instance has one yet";
    return bad("no-rule", reason, "cspace up, then cspace dns install");
  }
  const count = missing.length === 1 ? "a name is" : `${missing.length} names are`;
  const shown = missing.slice(0, 3).join(", ") + (missing.length > 3 ? ", ..." : "");
  return bad("no-rule", `${count} missing in /etc/hosts: ${shown}`, "cspace dns install");
}

function whyWrongPort({ port, rulePort, kind }: ResolverEvidence): string | undefined {
  if (port === null || rulePort === null || port === rulePort || kind === "hosts") return undefined;
  return `the rule leads to port ${rulePort}, and the proxy's DNS listens on ${port}`;
}

function whyNotUsed({ kind, domain, lookUp, sources }: ResolverEvidence): string {
  const { addresses } = lookUp;
  if (addresses.length > 0) {
    return `${domain} leads to ${addresses.join(", ")}: another resolver answers first, a VPN's perhaps`;
  }
  if (kind === "nrpt" || kind === "macos") return "the system does not ask the DNS of the rule";
  const [needed] = neededSources[kind];
  const at = sources.findIndex((source) => neededSources[kind].includes(source));
  if (at === -1) return `/etc/nsswitch.conf asks ${sources.join(" ")} for hosts, and not ${needed}`;
  const earlier = sources.slice(0, at);
  const mdns = earlier.find((source) => source.startsWith("mdns"));
  if (mdns !== undefined && domain.endsWith(".local")) {
    return `/etc/nsswitch.conf asks ${mdns} before ${sources[at]}, and it keeps names under .local to itself`;
  }
  return "the system's resolver does not follow the rule";
}

function fixSources({ kind, domain, sources, lookUp }: ResolverEvidence): string {
  if (lookUp.addresses.length > 0) return "turn the VPN or the other resolver off, then: cspace dns status";
  if (kind === "nrpt" || kind === "macos") return "cspace dns install";
  const needed = neededSources[kind];
  if (!sources.some((source) => needed.includes(source)))
    return `add ${needed[0]} to the line of hosts in /etc/nsswitch.conf`;
  if (domain.endsWith(".local") && sources.some((source) => source.startsWith("mdns"))) {
    return `move ${needed[0]} before mdns in /etc/nsswitch.conf, or choose another domain: cspace init --domain cspace.test`;
  }
  return "cspace dns install";
}

/** The sources that reach a kind: nss-resolve or its stub for systemd-resolved, a server of `resolv.conf` for dnsmasq. */
const neededSources: Readonly<Record<Exclude<ResolverKind, "nrpt" | "macos">, readonly string[]>> = {
  "systemd-resolved": ["dns", "resolve"],
  "dns-delegate": ["dns", "resolve"],
  networkmanager: ["dns"],
  dnsmasq: ["dns"],
  hosts: ["files"],
};

function bad(state: ResolverHealth, reason: string, fix: string): ResolverVerdict {
  return { state, reason, fix };
}

/** 127.0.0.0/8 and ::1, also as an IPv4-mapped address. */
function isLoopback(address: string): boolean {
  return /^(::ffff:)?127\.|^::1$/i.test(address);
}
