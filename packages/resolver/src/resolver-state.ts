import type { DirectoryState, FileState } from "@cspace/plan";

/**
 * What answers names on a machine, as far as single domains can be sent elsewhere: macOS's `/etc/resolver`;
 * systemd-resolved, by a drop-in or from version 258 on by a delegate; dnsmasq, below NetworkManager or on its own;
 * `/etc/hosts` where nothing else can; the name resolution policy table of Windows.
 */
export type ResolverKind = FileKind | "hosts" | "nrpt";

/** The kinds whose rule is one file, or one file a domain, in a directory made for that. */
export type FileKind = "macos" | "systemd-resolved" | "dns-delegate" | "networkmanager" | "dnsmasq";

/** A rule that cspace installed, as the machine says it. */
export interface ResolverRule {
  readonly kind: ResolverKind;
  /** Sent to the DNS on `port`; none for `hosts`, which knows names only. */
  readonly domains: readonly string[];
  /** On 127.0.0.1; `null` for `hosts`. */
  readonly port: number | null;
  /** The exact names of `hosts`; none for the others. */
  readonly names: readonly string[];
}

/** What stands where the rule of a kind is kept. */
export interface RulePlace {
  readonly kind: FileKind;
  readonly directory: DirectoryState;
  /** The names of everything in the directory. */
  readonly entries: readonly string[];
  /** What stands, or would stand, at the paths of the rule: one, or on macOS one a domain. */
  readonly files: readonly FileState[];
  /** What a killed run left beside them. */
  readonly leftovers: readonly FileState[];
  /** Makes the running resolver read the place again; `null` when it does not run. One command line each. */
  readonly reload: readonly string[] | null;
  /** Whether the running resolver has read the file that stands there; `true` when that cannot be told. */
  readonly loaded: boolean;
  /** Whether it has read that there is none; `true` when that cannot be told. */
  readonly cleared: boolean;
}

/** A rule of Windows's name resolution policy table. */
export interface NrptRule {
  /** `{...}`, what it is removed by. */
  readonly name: string;
  readonly namespaces: readonly string[];
  readonly servers: readonly string[];
  readonly comment: string;
}

/** One resolver of the machine: what it is, why it was chosen, and what stands where rules are kept. Plain data. */
export interface ResolverState {
  readonly kind: ResolverKind;
  /** Why this one, in one clause. */
  readonly why: string;
  /** What cspace has installed, also in places that are not in use any more. */
  readonly rules: readonly ResolverRule[];
  /** Of the whole platform, so that nothing of cspace's is left behind when the machine changes its resolver. */
  readonly places: readonly RulePlace[];
  /** `/etc/hosts`; `null` on Windows, and where it cannot be read and is not needed. */
  readonly hosts: FileState | null;
  /** What a killed run left beside it. */
  readonly hostsLeftover: FileState | null;
  readonly nrpt: readonly NrptRule[];
  /** Whether the rule may name a port other than 53. */
  readonly anyPort: boolean;
  /** The sources that `/etc/nsswitch.conf` asks for hosts, in order: `["files", "mdns4_minimal", "[NOTFOUND=return]", "dns"]`. */
  readonly sources: readonly string[];
}
