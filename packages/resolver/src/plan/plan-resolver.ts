import { join } from "node:path";
import { CspaceError } from "@cspace/errors";
import { parseDomain } from "@cspace/hostnames";
import { buildPlan, type FileState, type Plan, type PlanStep, planDirectory, planFile } from "@cspace/plan";
import { invalidName, writeHostsBlock } from "../hosts-block.ts";
import { ownRule } from "../own-rule.ts";
import { textOf } from "../read/read-place.ts";
import type { ResolverErrorCode } from "../resolver-error-code.ts";
import type { ResolverState, RulePlace } from "../resolver-state.ts";
import { ruleFormats } from "../rule-formats.ts";

/** Options of {@link planResolver}. */
export interface PlanResolverOptions {
  /** The domains that get a rule; a rule of cspace's for any other is taken away. */
  readonly domains: readonly string[];
  /** Where the DNS listens on 127.0.0.1. */
  readonly port: number;
  /** The hostnames for `/etc/hosts`, where that is all there is. @default [] */
  readonly names?: readonly string[];
  /** Whether the resolver reads its files again though none changes. @default false */
  readonly refresh?: boolean;
}

/**
 * The changes that send the domains to the DNS on this port of 127.0.0.1, in all resolvers of the machine; without
 * steps when all is in place. Pure: a plan for any platform can be made on any other.
 *
 * What cspace left in resolvers that are not in use any more is removed.
 *
 * @throws `CSPACE_RESOLVER_FOREIGN` when a file or rule that cspace did not write stands in the way;
 * `CSPACE_RESOLVER_PORT` when the system cannot name a port other than 53; `CSPACE_RESOLVER_DAMAGED`;
 * `CSPACE_DOMAIN_INVALID`, and `CSPACE_NAME_INVALID` for a name that is under none of the domains.
 * @example
 * ```ts
 * const plan = planResolver(await readResolver(), { domains: ["cspace.local"], port: 53 });
 * plan.steps.map(({ path }) => path); //=> ["/etc/resolver", "/etc/resolver/cspace.local", "service:mDNSResponder"]
 * ```
 */
export function planResolver(states: readonly ResolverState[], options: PlanResolverOptions): Plan {
  const { domains, names = [] } = options;
  const served = domains.map(parseDomain);
  const stray = names.find((name) => !served.some((domain) => name.endsWith(`.${domain}`)));
  if (stray !== undefined) throw invalidName(stray, `is under none of ${domains.join(", ")}`);
  return inOrder(states.flatMap((state) => planState(state, options)));
}

/**
 * The changes that take away everything cspace installed: touched files become what they were before, byte for byte,
 * and what was created goes. Pure.
 *
 * @throws `CSPACE_RESOLVER_FOREIGN` when a file of cspace's was edited; `CSPACE_RESOLVER_DAMAGED`.
 */
export function planRemoval(states: readonly ResolverState[]): Plan {
  return inOrder(
    states.flatMap((state) => [
      ...state.places.flatMap((place) => {
        requireOwn(place);
        return removePlace(place, { halfDone: !place.cleared });
      }),
      ...planHosts(state, []),
      ...planNrpt(state, []),
    ]),
  );
}

/** Programs read their files again when all are written, and once. */
function inOrder(steps: readonly (PlanStep | undefined)[]): Plan {
  const kept = steps.filter((step) => step !== undefined);
  const commands = new Map(kept.filter(({ kind }) => kind === "command").map((step) => [step.path, step]));
  return buildPlan([...kept.filter(({ kind }) => kind !== "command"), ...commands.values()]);
}

function planState(state: ResolverState, options: PlanResolverOptions): (PlanStep | undefined)[] {
  const { kind, places, anyPort } = state;
  const { domains, port, names = [], refresh = false } = options;
  if (port !== 53 && !anyPort) throw portFixed(state, port);
  const steps = places.flatMap((place) =>
    place.kind === kind && domains.length > 0
      ? installPlace(place, { domains, port, refresh })
      : removePlace(place, { halfDone: false }),
  );
  return [...steps, ...planHosts(state, kind === "hosts" ? names : []), ...planNrpt(state, domains)];
}

function installPlace(
  place: RulePlace,
  { domains, port, refresh }: { domains: readonly string[]; port: number; refresh: boolean },
): (PlanStep | undefined)[] {
  const { kind, directory, files, loaded } = place;
  const { perDomain, fileOf, render } = ruleFormats[kind];
  requireOwn(place, domains);
  const wanted = new Map<string, string>();
  for (const group of perDomain ? domains.map((domain) => [domain]) : [domains]) {
    const path = join(directory.path, fileOf(group[0] as string));
    wanted.set(path, render({ domains: group, port }));
  }
  const known = new Map(files.map((file) => [file.path, file]));
  const writes = [...wanted].map(([path, text]) => {
    const file = known.get(path) ?? ({ kind: "missing", path, target: path } as const);
    return planFile(file, text, { needsRoot: true, ...(file.kind === "missing" ? { mode: 0o644 } : {}) });
  });
  const removals = files.filter(({ path }) => !wanted.has(path)).map((file) => removeOwn(place, file));
  const steps = [planDirectory(directory, { needsRoot: true, mode: modeOf(directory) }), ...writes, ...removals];
  const changes = steps.some((step) => step !== undefined);
  return [...steps, ...removeLeftovers(place), ...(changes || refresh || !loaded ? reloadOf(place) : [])];
}

/** `halfDone`: the running resolver still has a rule whose file is gone, since a removal was killed. */
function removePlace(place: RulePlace, { halfDone }: { readonly halfDone: boolean }): PlanStep[] {
  const { directory, entries, files } = place;
  const removals = files.map((file) => removeOwn(place, file)).filter((step) => step !== undefined);
  const leftovers = removeLeftovers(place);
  const gone = new Set([...removals, ...leftovers].map(({ path }) => path));
  const empties = directory.kind === "directory" && entries.every((name) => gone.has(join(directory.path, name)));
  return [
    ...removals,
    ...leftovers,
    ...(empties && isOwnDirectory(directory) ? [removeDirectory(directory.path)] : []),
    ...(removals.length > 0 || halfDone ? reloadOf(place) : []),
  ];
}

function planHosts(state: ResolverState, names: readonly string[]): (PlanStep | undefined)[] {
  const { hosts, hostsLeftover } = state;
  if (hosts === null) return [];
  const after = writeHostsBlock(textOf(hosts), names, hosts.path);
  const change = planFile(hosts, after, { needsRoot: true, ...(hosts.kind === "missing" ? { mode: 0o644 } : {}) });
  // A change is written over what was left, and takes it along.
  const rest =
    hostsLeftover === null || change !== undefined ? undefined : planFile(hostsLeftover, null, { needsRoot: true });
  return [change, rest];
}

function planNrpt({ kind, nrpt }: ResolverState, domains: readonly string[]): PlanStep[] {
  if (kind !== "nrpt") return [];
  const wanted = new Set(domains.map((domain) => `.${domain}`));
  const own = nrpt.filter(({ comment }) => comment === "cspace");
  const foreign = nrpt.find((rule) => rule.comment !== "cspace" && rule.namespaces.some((name) => wanted.has(name)));
  if (foreign !== undefined) throw foreignNrpt(foreign.namespaces.join(", "), foreign.name);
  const present = new Map(own.flatMap(({ namespaces, servers }) => namespaces.map((name) => [name, servers] as const)));
  const steps = [...new Set([...present.keys(), ...wanted])].flatMap((namespace): PlanStep[] => {
    const servers = present.get(namespace);
    const before = servers === undefined ? null : `${servers.join(", ")}\n`;
    const after = wanted.has(namespace) ? "127.0.0.1\n" : null;
    return before === after ? [] : [{ kind: "nrpt", path: `nrpt:${namespace}`, before, after, needsRoot: true }];
  });
  return steps.length === 0 ? [] : [...steps, commandStep("Dnscache", ["powershell.exe Clear-DnsClientCache"])];
}

function removeLeftovers({ leftovers }: RulePlace): PlanStep[] {
  return leftovers.map((file) => planFile(file, null, { needsRoot: true })).filter((step) => step !== undefined);
}

function removeOwn(place: RulePlace, file: FileState): PlanStep | undefined {
  return ownRule(place.kind, file) === undefined ? undefined : planFile(file, null, { needsRoot: true });
}

function removeDirectory(path: string): PlanStep {
  return { kind: "directory", path, before: "", after: null, needsRoot: true };
}

function reloadOf({ kind, reload }: RulePlace): PlanStep[] {
  return reload === null ? [] : [commandStep(services[kind], reload)];
}

const services: Readonly<Record<RulePlace["kind"], string>> = {
  macos: "mDNSResponder",
  "systemd-resolved": "systemd-resolved",
  "dns-delegate": "systemd-resolved",
  networkmanager: "NetworkManager",
  dnsmasq: "dnsmasq",
};

function commandStep(service: string, lines: readonly string[]): PlanStep {
  const after = lines.map((line) => `${line}\n`).join("");
  return { kind: "command", path: `service:${service}`, before: null, after, needsRoot: true };
}

/**
 * A directory that cspace makes has the sticky bit, which means nothing where only root may write: so it is told from
 * one that was there before, and goes when it is empty.
 */
const ownMode = 0o1755;

function modeOf(directory: RulePlace["directory"]): number {
  return directory.kind === "missing" ? ownMode : directory.mode;
}

function isOwnDirectory(directory: RulePlace["directory"]): boolean {
  return directory.kind === "directory" && (directory.mode & ownMode) === ownMode;
}

function requireOwn(place: RulePlace, domains?: readonly string[]): void {
  const { fileOf } = ruleFormats[place.kind];
  const concerned = domains?.map((domain) => join(place.directory.path, fileOf(domain)));
  const foreign = place.files.find(
    (file) =>
      concerned?.includes(file.path) !== false &&
      !(file.kind === "missing" && file.target === file.path) &&
      ownRule(place.kind, file) === undefined,
  );
  if (foreign === undefined) return;
  throw new CspaceError<ResolverErrorCode>(
    "CSPACE_RESOLVER_FOREIGN",
    `${foreign.path} is not as cspace writes it: it is somebody else's, or was edited`,
    { hint: `look at it, then move it away: sudo mv ${foreign.path} ~` },
  );
}

function foreignNrpt(namespaces: string, name: string): CspaceError<ResolverErrorCode> {
  return new CspaceError("CSPACE_RESOLVER_FOREIGN", `Windows has a rule for ${namespaces} that cspace did not add`, {
    hint: `look at it, then remove it as administrator: Remove-DnsClientNrptRule -Name '${name}'`,
  });
}

function portFixed({ kind }: ResolverState, port: number): CspaceError<ResolverErrorCode> {
  const who = kind === "nrpt" ? "Windows" : "this version of systemd-resolved";
  return new CspaceError("CSPACE_RESOLVER_PORT", `${who} cannot send a domain to port ${port}, only to 53`, {
    hint: "free port 53, then let the proxy's DNS have it: cspace proxy up --dns-port 53",
  });
}
