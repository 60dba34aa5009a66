import { setTimeout } from "node:timers/promises";
import { type RunCommand, runCommand } from "@cspace/plan";
import { probeDns } from "@cspace/ports";
import { outputOf } from "../read/read-or-nothing.ts";
import type { ResolverKind, ResolverState } from "../resolver-state.ts";
import { type Demand, judgeResolver, type ResolverVerdict } from "./judge-resolver.ts";
import { freshName, lookUp } from "./look-up.ts";

/** What became of one domain in one resolver. */
export interface ResolverReport extends ResolverVerdict {
  readonly kind: ResolverKind;
  readonly domain: string;
  /** The port that the rule names, else the one where the proxy's DNS listens; `null` for `hosts` and when neither is. */
  readonly port: number | null;
}

/** Options of {@link verifyResolver}. */
export interface VerifyResolverOptions {
  readonly domains: readonly string[];
  /** Where the proxy's DNS listens; `null` when it does not run. */
  readonly port: number | null;
  /** The hostnames that `/etc/hosts` should have, where that is all there is. @default [] */
  readonly names?: readonly string[];
  /** For how long it is asked again while not all is well, in milliseconds: a resolver that was just started. @default 0 */
  readonly patienceMs?: number;
  /** How long one lookup may take, in milliseconds. @default 8000 */
  readonly timeoutMs?: number;
  /** @default the real one */
  readonly run?: RunCommand;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Tells for every domain whether names under it lead to this machine, by asking as programs ask, and if not, where it
 * is stuck and what to do. Changes nothing.
 *
 * @example
 * ```ts
 * await verifyResolver(await readResolver(), { domains: ["cspace.local"], port: 53 });
 * //=> [{ kind: "macos", domain: "cspace.local", port: 53, state: "ok", reason: null, fix: null }]
 * ```
 */
export async function verifyResolver(
  states: readonly ResolverState[],
  options: VerifyResolverOptions,
): Promise<ResolverReport[]> {
  const { patienceMs = 0, signal } = options;
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const reports = await Promise.all(
      states.flatMap((state) => options.domains.map((domain) => verifyDomain(state, domain, options))),
    );
    const settled = reports.every(({ state }) => state !== "not-used" && (state !== "no-dns" || options.port === null));
    if (settled || performance.now() >= deadline) return reports;
    await setTimeout(100, undefined, { signal });
  }
}

/** `resolvectl` prints of each: `Global: yes`, then the links. */
async function readDemands(run: RunCommand, signal: AbortSignal | undefined): Promise<Demand[]> {
  const settings = { DNSOverTLS: "dnsovertls", DNSSEC: "dnssec" } as const;
  const asked = Object.entries(settings).map(async ([name, verb]): Promise<Demand[]> => {
    const said = await outputOf(run, "resolvectl", [verb], signal);
    return /^Global:\s*yes\b/m.test(said) ? [name as Demand] : [];
  });
  return (await Promise.all(asked)).flat();
}

async function verifyDomain(
  state: ResolverState,
  domain: string,
  { port, names = [], timeoutMs = 8000, run = runCommand, signal }: VerifyResolverOptions,
): Promise<ResolverReport> {
  const { kind, sources, places } = state;
  const rules = state.rules.filter((rule) => rule.kind === kind);
  const rule = rules.find(({ domains }) => domains.includes(domain));
  const present = new Set(rules.flatMap((one) => one.names));
  const own = (kind === "hosts" ? names : []).filter((name) => name.endsWith(`.${domain}`));
  const missing = own.filter((name) => !present.has(name));
  const ruled = kind === "hosts" ? own.length > 0 && missing.length === 0 : rule !== undefined;
  const rulePort = rule?.port ?? null;
  const hostname = kind === "hosts" ? (missing[0] ?? own[0]) : undefined;
  const asked = hostname ?? freshName(domain);
  const answers = rulePort !== null && (await probeDns(rulePort, asked));
  // Some resolvers let programs wait long for a server that is not there; what else could answer does so at once.
  const patient = rulePort === null || answers;
  const found = await lookUp(asked, { kind, run, signal, timeoutMs: patient ? timeoutMs : Math.min(2000, timeoutMs) });
  const loaded = places.find((place) => place.kind === kind)?.loaded ?? true;
  const isResolved = kind === "systemd-resolved" || kind === "dns-delegate";
  const verdict = judgeResolver({
    kind,
    domain,
    ruled,
    rulePort,
    port,
    answers,
    loaded,
    missing,
    named: own.length > 0,
    lookUp: found,
    sources,
    demands: isResolved ? await readDemands(run, signal) : [],
  });
  return { kind, domain, port: kind === "hosts" ? null : (rulePort ?? port), ...verdict };
}
