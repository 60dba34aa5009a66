import { certificateFolder, ensureAuthority, type Root, readRetiredRoots, readRoot } from "@cspace/certs";
import { homePaths, readMachineConfig, withLock } from "@cspace/compose";
import { isCspaceError } from "@cspace/errors";
import type { Plan } from "@cspace/plan";
import type { TrustStore } from "@cspace/trust";
import type { Context } from "../context.ts";
import { type Proposal, withCommands } from "../prompts/confirm-plans.ts";

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

/** As {@link readMachineTrust}, with an authority for what this machine serves, which is made where there is none. */
export async function ensureMachineTrust(context: Context): Promise<MachineTrust> {
  const paths = homePaths({ env: context.env });
  const folder = certificateFolder(paths.certs);
  const { replaced } = await ensureAuthority(folder, { domains: (await readMachineConfig(paths)).domains });
  if (replaced !== null) context.output.note(`there is a new certificate authority: ${replaced}`);
  return (await readMachineTrust(context)) as MachineTrust;
}

async function readStores(context: Context, root: Root, former: readonly Root[]): Promise<MachineTrust> {
  const { readTrust } = await import("@cspace/trust");
  const home = context.env.HOME;
  const place = home === undefined ? {} : { home };
  return { root, former, stores: await readTrust({ root, former, platform: context.platform, ...place }) };
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
  try {
    await withLock(homePaths({ env }), "trust", () => applyTrustPlan(plan, { roots, elevate, signal }), { signal });
  } catch (error) {
    if (!isCspaceError(error) || error.code !== "CSPACE_ELEVATION_FAILED" || signal.aborted) throw error;
    throw await withCommands(context, error, plan, roots);
  }
}
