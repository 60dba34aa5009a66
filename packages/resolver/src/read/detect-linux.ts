import type { ResolverKind } from "../resolver-state.ts";

/** A running process, as far as the machine shows it. */
export interface RunningProcess {
  readonly name: string;
  readonly args: readonly string[];
  /** In milliseconds since 1970. */
  readonly startedAt: number;
}

/** What {@link detectLinux} decides from. */
export interface LinuxEvidence {
  /** The sources for hosts in `/etc/nsswitch.conf`, in order. */
  readonly sources: readonly string[];
  /** The `nameserver` lines of `/etc/resolv.conf`. */
  readonly nameservers: readonly string[];
  readonly processes: readonly RunningProcess[];
  /** Of systemd; `null` when it cannot be told. */
  readonly systemdVersion: number | null;
  /** The servers that systemd-resolved uses for every name, cspace's left out. */
  readonly globalServers: readonly string[];
  /** Whether a network gives systemd-resolved a server for names of no domain. */
  readonly networkServers: boolean;
  /** Whether a drop-in of cspace's for systemd-resolved is in place. */
  readonly ruled: boolean;
  /** Whether `/etc/dnsmasq.conf` names `/etc/dnsmasq.d`. */
  readonly dnsmasqReadsDropIns: boolean;
}

/** The first version of systemd with `dns-delegate` files: https://www.freedesktop.org/software/systemd/man/latest/systemd.dns-delegate.html */
const delegatesSince = 258;

/**
 * Tells what a Linux machine asks for a name, and why; `/etc/hosts` is what remains where nothing sends a single domain
 * elsewhere. Pure.
 *
 * @example
 * ```ts
 * detectLinux({ sources: ["files", "dns"], nameservers: ["192.0.2.1"], ... });
 * //=> { kind: "hosts", why: "/etc/resolv.conf sends every name to 192.0.2.1, and cannot tell domains apart" }
 * ```
 */
export function detectLinux(evidence: LinuxEvidence): { readonly kind: ResolverKind; readonly why: string } {
  const { sources, nameservers, processes } = evidence;
  const first = nameservers[0] ?? "127.0.0.1";
  // nss-resolve asks it directly, and resolv.conf by its stub's addresses: systemd-resolved.service(8).
  if (sources.includes("resolve") && processes.some(isResolved)) {
    return chooseForResolved("/etc/nsswitch.conf asks systemd-resolved", evidence);
  }
  if (first === "127.0.0.53" || first === "127.0.0.54") {
    return chooseForResolved(`/etc/resolv.conf names ${first}, where systemd-resolved listens`, evidence);
  }
  if (!/^127\.|^::1$/.test(first)) {
    return { kind: "hosts", why: `/etc/resolv.conf sends every name to ${first}, and cannot tell domains apart` };
  }
  if (processes.some(isNetworkManagers)) {
    return { kind: "networkmanager", why: `/etc/resolv.conf names ${first}, where NetworkManager's dnsmasq listens` };
  }
  const dnsmasqs = processes.filter(isSystemDnsmasq);
  if (dnsmasqs.length === 0) {
    return { kind: "hosts", why: `/etc/resolv.conf names ${first}, where nothing listens that cspace knows` };
  }
  if (evidence.dnsmasqReadsDropIns || dnsmasqs.some(readsDropIns)) {
    return { kind: "dnsmasq", why: `/etc/resolv.conf names ${first}, where dnsmasq listens` };
  }
  return { kind: "hosts", why: "dnsmasq does not read /etc/dnsmasq.d (conf-dir in /etc/dnsmasq.conf would make it)" };
}

/** Whether this is systemd-resolved; the kernel cuts names at 15 characters. */
export const isResolved = ({ name }: RunningProcess): boolean => name === "systemd-resolve";

/** Whether this dnsmasq is one that NetworkManager started. */
export const isNetworkManagers = ({ name, args }: RunningProcess): boolean =>
  name === "dnsmasq" && args.some((arg) => arg.includes("NetworkManager"));

/** Whether this dnsmasq is the system's own: virtual machines and containers bring others, each with a file of its own. */
export const isSystemDnsmasq = ({ name, args }: RunningProcess): boolean =>
  name === "dnsmasq" &&
  !args.some((arg) =>
    /NetworkManager|\/(libvirt|lxc|lxd|incus)\/|^(--conf-file=|-C)(?!\/etc\/dnsmasq\.conf)/.test(arg),
  );

function chooseForResolved(
  why: string,
  { systemdVersion, globalServers, networkServers, ruled }: LinuxEvidence,
): { readonly kind: ResolverKind; readonly why: string } {
  if (systemdVersion !== null && systemdVersion >= delegatesSince) {
    return { kind: "dns-delegate", why: `${why}, version ${systemdVersion}, which knows delegates` };
  }
  if (globalServers.length > 0) {
    // Servers of one scope are taken for equal: a name of cspace's would go to any of them, and so would all others.
    const servers = globalServers.join(", ");
    return { kind: "hosts", why: `${why}, whose global servers (${servers}) would mix with a rule of cspace's` };
  }
  if (networkServers || ruled) return { kind: "systemd-resolved", why };
  // resolved.conf(5): with a global server, there are no fallback servers any more.
  const reason = "which has no server of a network now, and a rule would keep it from its fallback servers";
  return { kind: "hosts", why: `${why}, ${reason}` };
}

function readsDropIns({ args }: RunningProcess): boolean {
  return args.some((arg) => /(^|=|,)\/etc\/dnsmasq\.d(\/|,|$)/.test(arg));
}
