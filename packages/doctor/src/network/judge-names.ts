import { type Check, found, well } from "../check.ts";

export interface NamesEvidence {
  readonly domain: string;
  readonly state: "ok" | "no-rule" | "no-dns" | "not-used" | "slow";
  readonly reason: string | null;
  readonly fix: string | null;
  /** What answers names, and why it was chosen. */
  readonly resolver: string;
  /** Whether browsers find the domain by themselves. */
  readonly isBuiltIn: boolean;
  /** Whether there is a name to be found: of `/etc/hosts`, which knows no domains, only where an instance has one. */
  readonly isNamed: boolean;
  /** Links of a VPN, and what they say of names: `wg0: every name is asked of 10.0.0.1`. */
  readonly tunnels: readonly string[];
}

export interface HostsEvidence {
  readonly domain: string;
  readonly lines: readonly { readonly address: string; readonly names: readonly string[] }[];
}

/** A domain whose names do not lead to this machine. */
export function judgeNames({
  domain,
  state,
  reason,
  fix,
  resolver,
  isBuiltIn,
  isNamed,
  tunnels,
}: NamesEvidence): Check {
  const id = `names.${domain}`;
  if (state === "ok") return well(id, `names under ${domain} lead to this machine`, [resolver]);
  const message = `names under ${domain} do not lead to this machine: ${reason ?? state}`;
  // Where browsers find them by themselves, some programs miss them alone.
  if (state === "no-rule" && isBuiltIn)
    return well(id, `${domain} is found by browsers themselves: ${reason}`, [resolver]);
  if (state === "no-rule" && !isNamed) return well(id, `no name under ${domain} is there yet`, [resolver]);
  const status = state === "slow" || state === "no-rule" ? "warn" : "fail";
  return found(id, status, {
    message: state === "slow" ? `names under ${domain}: ${reason}` : message,
    evidence: [resolver, ...tunnels],
    fix,
  });
}

/** Names that `/etc/hosts` leads elsewhere: every program asks it first. */
export function judgeHosts({ domain, lines }: HostsEvidence): Check | undefined {
  const elsewhere = lines.filter(({ address }) => !/^(127\.|::1$)/.test(address));
  const [first] = elsewhere;
  if (first === undefined) return undefined;
  return found(`hosts.${domain}`, "fail", {
    message: `/etc/hosts leads ${first.names.join(", ")} to ${first.address}`,
    evidence: elsewhere.map(({ address, names }) => `${address} ${names.join(" ")}`),
    fix: "take these lines out of /etc/hosts",
  });
}
