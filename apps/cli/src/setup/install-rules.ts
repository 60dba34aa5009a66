import { isDeepStrictEqual } from "node:util";
import { withLock } from "@cspace/compose";
import { isCspaceError } from "@cspace/errors";
import { type Host, type HostDns, type ReadHostDnsOptions, readHostDns } from "@cspace/instances";
import type { Plan } from "@cspace/plan";
import type { ResolverReport } from "@cspace/resolver";
import type { Context } from "../context.ts";
import { confirmPlans, type Proposal, withCommands } from "../prompts/confirm-plans.ts";
import { declined } from "../prompts/declined.ts";
import type { HostSteps } from "./host-steps.ts";

/** The rules that a machine has now, and what became of each domain. */
export interface InstalledRules {
  readonly dns: HostDns;
  readonly reports: readonly ResolverReport[];
}

/** The changes that the host's resolver needs, without any when all is in place. */
export async function planRules(dns: HostDns, options: { readonly refresh?: boolean } = {}): Promise<Plan> {
  const { planResolver } = await import("@cspace/resolver");
  const { states, ruled, port, names } = dns;
  const wanted = names.filter((name) => ruled.some((domain) => name.endsWith(`.${domain}`)));
  return planResolver(states, { domains: ruled, port, names: wanted, ...options });
}

/** The changes of the host's resolver, to be agreed to. */
export function proposeRules({ states }: Pick<HostDns, "states">, plan: Plan): Proposal {
  const choice = states.map(({ kind, why }) => `${kind} (${why})`).join(", and ");
  return { plan, title: `what answers names on this machine: ${choice}`, question: "Make these changes, as root?" };
}

/**
 * Brings the host's resolver to lead every domain to the proxy's DNS, asks before it changes anything that was not agreed
 * to already, and tells what became of it. A rule that is in place and not followed is loaded again.
 *
 * @param options.agreed What was agreed to beforehand.
 * @throws {CspaceError} `CSPACE_DECLINED`, and what `confirmPlans` and `applyResolverPlan` throw.
 */
export async function installRules(
  context: Context,
  host: Host,
  options: ReadHostDnsOptions & { readonly steps: HostSteps; readonly agreed?: Plan | undefined },
): Promise<InstalledRules> {
  const { agreed, steps } = options;
  const dns = await readHostDns(host, { ...place(context), ...options });
  let plan = await planRules(dns);
  let reports: readonly ResolverReport[] = [];
  if (plan.steps.length === 0) {
    await steps.run("verify", async () => {
      reports = await verifyRules(context, dns);
      return false;
    });
    const unused = reports.some(({ domain, state }) => state === "not-used" && dns.ruled.includes(domain));
    if (unused) plan = await planRules(dns, { refresh: true });
    if (plan.steps.length === 0) return { dns, reports };
  }
  if (!isDeepStrictEqual(plan, agreed)) {
    const [yes] = await confirmPlans(context, [proposeRules(dns, plan)]);
    if (yes !== true) throw declined();
  }
  await steps.run("resolver", async () => {
    await applyRules(context, host, plan);
    return true;
  });
  const after = await readHostDns(host, { ...place(context), ...options });
  await steps.run("verify", async () => {
    // A resolver that was started just now takes a moment; a DNS that does not run takes for ever.
    reports = await verifyRules(context, after, { patienceMs: after.listening === null ? 0 : 3000 });
    return false;
  });
  return { dns: after, reports };
}

/**
 * Makes the steps of a plan for the resolver, one cspace at a time; where a password is needed, the terminal asks for it.
 *
 * @throws {CommandFailure} `CSPACE_ELEVATION_FAILED` with the commands to type instead.
 */
export async function applyRules(context: Context, { paths }: Host, plan: Plan): Promise<void> {
  const { isRoot, terminal, signal } = context;
  const { applyResolverPlan } = await import("@cspace/resolver");
  const elevate = isRoot ? [] : terminal === undefined ? ["sudo", "-n"] : ["sudo"];
  try {
    await withLock(paths, "resolver", () => applyResolverPlan(plan, { elevate, signal }), { signal });
  } catch (error) {
    if (!isCspaceError(error) || error.code !== "CSPACE_ELEVATION_FAILED" || signal.aborted) throw error;
    throw await withCommands(context, error, plan);
  }
}

/** Asks the system for names under every domain. */
export async function verifyRules(
  { signal }: Context,
  { states, domains, names, listening }: HostDns,
  options: { readonly patienceMs?: number } = {},
): Promise<ResolverReport[]> {
  const { verifyResolver } = await import("@cspace/resolver");
  return verifyResolver(states, { domains, names, port: listening, signal, ...options });
}

/** Where a resolver is looked at. */
export const place = ({ env, platform, signal }: Context): Pick<Context, "env" | "platform" | "signal"> => ({
  env,
  platform,
  signal,
});
