import {
  type Authority,
  certificateFolder,
  describeRoot,
  ensureAuthority,
  proposeAuthority,
  type Root,
  readRetiredRoots,
  readRoot,
} from "@cspace/certs";
import { homePaths, readMachineConfig, withLock } from "@cspace/compose";
import { isCspaceError } from "@cspace/errors";
import { renewHttps } from "@cspace/instances";
import { buildPlan, type Plan } from "@cspace/plan";
import type { TrustStore } from "@cspace/trust";
import type { Context } from "../context.ts";
import { instanceOptions } from "../instance-options.ts";
import { type Proposal, withCommands } from "../prompts/confirm-plans.ts";
import { recordPlan } from "./record-made.ts";

/** The authority of this machine, and what the stores say of it. */
export interface MachineTrust {
  readonly root: Root;
  /** Those that it took the place of. */
  readonly former: readonly Root[];
  readonly stores: readonly TrustStore[];
}

/** Reads the stores; `undefined` while there is no authority that they could trust. */
export async function readMachineTrust(context: Context): Promise<MachineTrust | undefined> {
  const folder = certificateFolder(homePaths({ env: context.env }).certs);
  const root = await readRoot(folder);
  return root === undefined ? undefined : await readStores(context, root, await readRetiredRoots(folder));
}

/** An authority that stores may be asked to trust; it need not be there yet. */
export interface ProposedTrust extends MachineTrust {
  readonly authority: Authority;
  /** Whether it is there already. */
  readonly isKept: boolean;
  readonly domains: readonly string[];
  /** As of `readTrust`. */
  readonly system: boolean;
}

/** Options of {@link proposeMachineTrust}. */
export interface ProposeTrustOptions {
  /** What it is to sign for. @default what this machine serves */
  readonly domains?: readonly string[];
  /** As of `readTrust`. @default false */
  readonly system?: boolean;
}

/**
 * As {@link readMachineTrust}, with an authority for these domains, which is made where there is none, and not written:
 * {@link installTrust} does that.
 */
export async function proposeMachineTrust(context: Context, options: ProposeTrustOptions = {}): Promise<ProposedTrust> {
  const paths = homePaths({ env: context.env });
  const folder = certificateFolder(paths.certs);
  const { domains = (await readMachineConfig(paths)).domains, system = false } = options;
  const [{ authority, isKept }, old, retired] = await Promise.all([
    proposeAuthority(folder, { domains }),
    readRoot(folder),
    readRetiredRoots(folder),
  ]);
  const root = describeRoot(folder, authority);
  const former = isKept || old === undefined ? retired : [...retired, old];
  return { authority, isKept, domains, system, ...(await readStores(context, root, former, system)) };
}

/** Writes an authority that was agreed to. Where another process was first, it is that one that is to be trusted. */
async function keepAuthority(context: Context, proposed: ProposedTrust): Promise<MachineTrust> {
  const folder = certificateFolder(homePaths({ env: context.env }).certs);
  const { domains } = proposed;
  const { authority, replaced } = await ensureAuthority(folder, { domains, proposed: proposed.authority });
  if (replaced !== null) context.output.note(`there is a new certificate authority: ${replaced}`);
  if (authority.fingerprint === proposed.authority.fingerprint) return proposed;
  return await proposeMachineTrust(context, proposed);
}

async function readStores(
  context: Context,
  root: Root,
  former: readonly Root[],
  system = false,
): Promise<MachineTrust> {
  const { readTrust } = await import("@cspace/trust");
  const home = context.env.HOME;
  const place = home === undefined ? {} : { home };
  return { root, former, stores: await readTrust({ root, former, system, platform: context.platform, ...place }) };
}

/** The changes by which the stores trust a root, to be agreed to. */
export async function proposeInstall({
  stores,
  root,
  isKept,
}: MachineTrust & { readonly isKept?: boolean }): Promise<Proposal> {
  const { planTrust } = await import("@cspace/trust");
  const title = "who trusts certificates for what this machine serves, and for nothing else";
  // An authority that is not kept would be trusted for nothing.
  return { ...proposeTrust(planTrust(stores, root), title), isTypable: isKept !== false };
}

/** An authority with the changes that let the stores trust it. */
export interface FoundTrust extends ProposedTrust {
  readonly proposal: Proposal;
}

/** What is to be trusted for these domains. An authority that may not be used is said, and no reason to leave the rest undone. */
export async function findTrust(context: Context, domains: readonly string[]): Promise<FoundTrust | undefined> {
  try {
    const trust = await proposeMachineTrust(context, { domains });
    return { ...trust, proposal: await proposeInstall(trust) };
  } catch (error) {
    if (!isCspaceError(error)) throw error;
    context.output.note(`HTTPS is left out: ${error.message}; ${error.hint ?? ""}`);
    return undefined;
  }
}

/** The changes as far as they can be told: an authority that is still to be made has no name yet. */
export async function previewInstall(context: Context, trust: ProposedTrust): Promise<Plan> {
  if (trust.isKept) return (await proposeInstall(trust)).plan;
  context.output.note("a certificate authority is made first, and every store is asked to trust it");
  return buildPlan([]);
}

/** Makes the changes that were agreed to, for the authority that there is by then. */
export async function installTrust(context: Context, proposed: ProposedTrust): Promise<void> {
  const trust = await keepAuthority(context, proposed);
  const { plan } = await proposeInstall(trust);
  if (plan.steps.length > 0) await applyTrust(context, plan, trust);
  if (!proposed.isKept) await renewHttps(instanceOptions(context));
}

/** The changes of the stores, to be agreed to. */
export function proposeTrust(plan: Plan, title: string): Proposal {
  const asRoot = plan.steps.some(({ needsRoot }) => needsRoot) ? ", some of them as root" : "";
  return { plan, title, question: `Make these changes${asRoot}?` };
}

/**
 * Makes the steps of a plan for the stores, one cspace at a time; where a password is needed, the terminal asks for it.
 *
 * @throws {CommandFailure} `CSPACE_ELEVATION_FAILED` with the commands to type instead.
 */
export async function applyTrust(context: Context, plan: Plan, { root, former }: MachineTrust): Promise<void> {
  const { isRoot, terminal, signal, env } = context;
  const { applyTrustPlan } = await import("@cspace/trust");
  const elevate = isRoot ? [] : terminal === undefined ? ["sudo", "-n"] : ["sudo"];
  const roots = [root, ...former];
  await recordPlan(context, plan);
  try {
    await withLock(homePaths({ env }), "trust", () => applyTrustPlan(plan, { roots, elevate, signal }), { signal });
  } catch (error) {
    if (!isCspaceError(error) || error.code !== "CSPACE_ELEVATION_FAILED" || signal.aborted) throw error;
    throw await withCommands(context, error, plan, roots);
  }
}
