/**
 * What answers a name on a machine, as far as one domain of it can be sent elsewhere: macOS's `/etc/resolver`,
 * systemd-resolved (its drop-in, and from 258 on its delegates), dnsmasq below NetworkManager and on its own,
 * `/etc/hosts` where nothing else can, and the name resolution policy table of Windows.
 */
export type ResolverKind =
  | "macos"
  | "systemd-resolved"
  | "dns-delegate"
  | "networkmanager"
  | "dnsmasq"
  | "hosts"
  | "nrpt";

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

/** One resolver of the machine: what it is, why it was chosen, and what cspace has installed. */
export interface ResolverState {
  readonly kind: ResolverKind;
  /** Why this one, in one clause. */
  readonly why: string;
  /** What cspace has installed, also in resolvers that are not in use any more. */
  readonly rules: readonly ResolverRule[];
}
