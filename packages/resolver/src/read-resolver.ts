import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { defaultDomains } from "@cspace/hostnames";
import { type FileState, readFileState } from "@cspace/plan";
import { detectLinux, isNetworkManagers, isResolved, type LinuxEvidence, type RunningProcess } from "./detect-linux.ts";
import { readHostsBlock } from "./hosts-block.ts";
import { readNrpt } from "./read-nrpt.ts";
import { readPlace, textOf } from "./read-place.ts";
import { readProcesses } from "./read-processes.ts";
import type { FileKind, NrptRule, ResolverRule, ResolverState, RulePlace } from "./resolver-state.ts";
import { ruleFormats } from "./rule-formats.ts";
import { type RunCommand, runCommand } from "./run-command.ts";
import { temporaryPath } from "./step-commands.ts";

/** Options of {@link readResolver}. */
export interface ReadResolverOptions {
  /** What this machine serves or served; macOS keeps a file for each. @default cspace's default domains */
  readonly domains?: readonly string[];
  /** @default process.platform */
  readonly platform?: NodeJS.Platform;
  /** The folder that every path is below. @default "/" */
  readonly root?: string;
  /** @default the real one */
  readonly run?: RunCommand;
  readonly signal?: AbortSignal | undefined;
}

const linuxKinds = ["systemd-resolved", "dns-delegate", "networkmanager", "dnsmasq"] as const;

/**
 * Reads which resolver this machine asks, why, and what cspace has installed in it. Two under WSL2, where Linux and
 * Windows each have one; else one. Changes nothing and needs no rights.
 *
 * @throws `CSPACE_FILE_UNREADABLE`, `CSPACE_RESOLVER_DAMAGED`.
 * @example
 * ```ts
 * const [state] = await readResolver();
 * state.kind; //=> "systemd-resolved"
 * state.why; //=> "/etc/resolv.conf names 127.0.0.53, where systemd-resolved listens"
 * ```
 */
export async function readResolver(options: ReadResolverOptions = {}): Promise<readonly ResolverState[]> {
  const { platform = process.platform, domains = defaultDomains, root = "/", run = runCommand, signal } = options;
  const machine = { domains, root, run, signal };
  if (platform === "win32") return [await readWindows(machine, "Windows has a table of its own for single domains")];
  if (platform === "darwin") return [await readMacos(machine)];
  return readLinux(machine);
}

interface Machine {
  readonly domains: readonly string[];
  readonly root: string;
  readonly run: RunCommand;
  readonly signal: AbortSignal | undefined;
}

async function readMacos({ domains, root }: Machine): Promise<ResolverState> {
  // https://keith.github.io/xcode-man-pages/resolver.5.html; a flush drops names that were not found before.
  const reload = ["dscacheutil -flushcache", "killall mDNSResponder"];
  const place = await readPlace("macos", { root, domains, reload, startedAt: null });
  const why = "macOS reads one file a domain in /etc/resolver";
  return { kind: "macos", why, ...(await readShared([place], root)), anyPort: true, sources: [] };
}

async function readWindows({ run, signal }: Machine, why: string): Promise<ResolverState> {
  const nrpt = await readNrpt(run, signal);
  const base = { places: [], hosts: null, hostsLeftover: null, anyPort: false, sources: [] };
  return { kind: "nrpt", why, rules: rulesOfNrpt(nrpt), nrpt, ...base };
}

/** The rules of the table that cspace added. */
function rulesOfNrpt(nrpt: readonly NrptRule[]): ResolverRule[] {
  return nrpt
    .filter(({ comment }) => comment === "cspace")
    .map(({ namespaces }) => ({
      kind: "nrpt",
      domains: namespaces.map((namespace) => namespace.replace(/^\./, "")),
      port: 53,
      names: [],
    }));
}

async function readLinux(machine: Machine): Promise<readonly ResolverState[]> {
  const { root, domains } = machine;
  const [processes, init, release] = await Promise.all([
    readProcesses(join(root, "proc")),
    readInit(root),
    readOrNothing(join(root, "proc/sys/kernel/osrelease")),
  ]);
  const { asksLoopback, ...evidence } = await readEvidence(machine, processes);
  const places = await Promise.all(
    linuxKinds.map((kind) => {
      const reader = processes.find(readers[kind]);
      const reload = reader === undefined ? null : reloads[kind](init);
      const startedAt = reader?.startedAt ?? null;
      const asks = kind === "systemd-resolved" ? asksLoopback : undefined;
      return readPlace(kind, { root, domains, reload, startedAt, asksLoopback: asks });
    }),
  );
  const { kind, why } = detectLinux(evidence);
  const shared = await readShared(places, root, { needed: kind === "hosts" });
  const { systemdVersion, sources } = evidence;
  // `DNS=` takes a port since 246: https://github.com/systemd/systemd/blob/main/NEWS
  const anyPort = kind !== "systemd-resolved" || systemdVersion === null || systemdVersion >= 246;
  const state: ResolverState = { kind, why, ...shared, anyPort, sources };
  return /microsoft/i.test(release) ? readWsl(machine, state) : [state];
}

/**
 * Windows reaches a DNS inside WSL2 only where both share their network, or where Docker Desktop publishes it.
 *
 * @see https://learn.microsoft.com/windows/wsl/networking
 */
async function readWsl(machine: Machine, linux: ResolverState): Promise<readonly ResolverState[]> {
  const { root, run, signal } = machine;
  const mode = await outputOf(run, "wslinfo", ["--networking-mode"], signal);
  const shared = mode.trim() === "mirrored" || (await exists(join(root, "mnt/wsl/docker-desktop")));
  const note =
    linux.kind === "hosts" ? "; WSL makes /etc/hosts anew unless /etc/wsl.conf says generateHosts=false" : "";
  const why = `${linux.why} (inside WSL${note})`;
  if (shared) return [{ ...linux, why }, await readWindows(machine, "Windows, around WSL, has a table of its own")];
  return [
    { ...linux, why: `${why}; Windows itself cannot reach a DNS inside WSL, and opens cspace.localhost instead` },
  ];
}

async function readEvidence(
  { root, run, signal }: Machine,
  processes: RunningProcess[],
): Promise<LinuxEvidence & { readonly asksLoopback: boolean }> {
  const resolved = processes.some(isResolved);
  const [nsswitch, resolvConf, dnsmasqConf, version, servers] = await Promise.all([
    readOrNothing(join(root, "etc/nsswitch.conf")),
    readOrNothing(join(root, "etc/resolv.conf")),
    readOrNothing(join(root, "etc/dnsmasq.conf")),
    resolved ? outputOf(run, "systemctl", ["--version"], signal) : "",
    resolved ? outputOf(run, "resolvectl", ["dns"], signal) : "",
  ]);
  const globals = (/^Global:(.*)$/m.exec(servers)?.[1] ?? "").split(" ").filter(Boolean);
  const isLoopback = (server: string): boolean => /^127\.0\.0\.1(:\d+)?$/.test(server);
  return {
    // nsswitch.conf(5): without the line, what the C library has built in.
    sources: (/^\s*hosts:([^#\n]*)/m.exec(nsswitch)?.[1] ?? "files dns").trim().split(/\s+/),
    nameservers: [...resolvConf.matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, address]) => address as string),
    processes,
    systemdVersion: Number(/^systemd (\d+)/.exec(version)?.[1] ?? 0) || null,
    globalServers: globals.filter((server) => !isLoopback(server)),
    asksLoopback: globals.some(isLoopback),
    dnsmasqReadsDropIns: /^\s*conf-dir\s*=\s*\/etc\/dnsmasq\.d\b/m.test(dnsmasqConf),
  };
}

const readers: Readonly<Record<(typeof linuxKinds)[number], (process: RunningProcess) => boolean>> = {
  "systemd-resolved": isResolved,
  "dns-delegate": isResolved,
  networkmanager: isNetworkManagers,
  dnsmasq: (process) => process.name === "dnsmasq" && !isNetworkManagers(process),
};

type Init = "systemd" | "openrc" | "sysv";

const restart = (service: string, init: Init): string[] =>
  init === "systemd"
    ? [`systemctl restart ${service}.service`]
    : [init === "openrc" ? `rc-service ${service} restart` : `service ${service} restart`];

const reloads: Readonly<Record<(typeof linuxKinds)[number], (init: Init) => readonly string[]>> = {
  "systemd-resolved": (init) => restart("systemd-resolved", init),
  "dns-delegate": (init) => restart("systemd-resolved", init),
  // https://networkmanager.dev/docs/api/latest/nmcli.html: starts its dnsmasq anew, which reads its drop-ins then.
  networkmanager: () => ["nmcli general reload dns-full"],
  dnsmasq: (init) => restart("dnsmasq", init),
};

async function readInit(root: string): Promise<Init> {
  // sd_booted(3)
  if (await exists(join(root, "run/systemd/system"))) return "systemd";
  return (await exists(join(root, "run/openrc"))) ? "openrc" : "sysv";
}

/** `needed`: whether `/etc/hosts` is where the rule will be; elsewhere one that cannot be read is left alone. */
async function readShared(
  places: readonly RulePlace[],
  root: string,
  { needed = false }: { readonly needed?: boolean } = {},
): Promise<Pick<ResolverState, "rules" | "places" | "hosts" | "hostsLeftover" | "nrpt">> {
  const path = join(root, "etc/hosts");
  const rules = places.flatMap(ruleOf);
  const [hosts, leftover] = await Promise.all([readFileState(path), readFileState(temporaryPath(path))]).catch(
    (error: unknown) => {
      if (needed) throw error;
      return [];
    },
  );
  if (hosts === undefined || leftover === undefined)
    return { rules, places, hosts: null, hostsLeftover: null, nrpt: [] };
  const names = readHostsBlock(textOf(hosts) ?? "", path);
  return {
    rules: names === undefined ? rules : [...rules, { kind: "hosts", domains: [], port: null, names }],
    places,
    hosts,
    hostsLeftover: leftover.kind === "file" ? leftover : null,
    nrpt: [],
  };
}

/** The rule that stands in a place; a file that cspace did not write is none. */
export function ruleOf({ kind, files }: Pick<RulePlace, "kind" | "files">): ResolverRule[] {
  return rulesIn(kind, files).map(({ domains, port }) => ({ kind, domains, port, names: [] }));
}

function rulesIn(kind: FileKind, files: readonly FileState[]): { domains: readonly string[]; port: number }[] {
  const { parse, perDomain } = ruleFormats[kind];
  return files.flatMap((file) => {
    const rule = parse(textOf(file) ?? "");
    if (rule === undefined) return [];
    return [{ port: rule.port, domains: perDomain ? [file.path.slice(file.path.lastIndexOf("/") + 1)] : rule.domains }];
  });
}

async function outputOf(
  run: RunCommand,
  file: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string> {
  try {
    return (await run(file, args, { timeoutMs: 5000, signal })).stdout;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

async function readOrNothing(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
