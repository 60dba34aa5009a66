import type { DockerEngine } from "../engine/docker-engine.ts";
import type { HomePaths } from "../home/home-paths.ts";
import { withLock } from "../home/with-lock.ts";
import { allocateSubnets } from "../networks/allocate-subnets.ts";
import { attachProxy, connect } from "../networks/apply-attachments.ts";
import { ensureProjectNetwork } from "../networks/ensure-project-network.ts";
import { requireFreeSubnets } from "../networks/require-free-subnets.ts";
import { subnetPrefix } from "../networks/subnets.ts";
import { serviceOf } from "./container-state.ts";
import { readReservedSubnets, writeOverride } from "./instance-record.ts";
import { detached, liveSubnets } from "./instance-state.ts";
import type { InstancePlan } from "./plan-instance.ts";
import type { InstanceRecord } from "./record.ts";
import { renderOverride } from "./render-override.ts";
import type { Step } from "./run-steps.ts";
import { listInstanceContainers } from "./wait-for-instance.ts";

/** Options of {@link ensureNetworks} and {@link attachAll}. */
export interface JoinNetworksOptions {
  readonly engine: DockerEngine;
  readonly paths: HomePaths;
  readonly record: InstanceRecord;
  readonly pool: string;
  readonly domains: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** Makes the project's network, chooses subnets for the instance's own, and writes them into its override. */
export async function ensureNetworks(plan: InstancePlan, options: JoinNetworksOptions): Promise<Step["status"]> {
  const { engine, paths, pool, domains, record, signal } = options;
  const work = async (): Promise<Step["status"]> => {
    const reserved = await readReservedSubnets(paths, plan);
    const { projectName } = record;
    const networks = await engine.listNetworks();
    requireFreeSubnets(plan, networks);
    const { live, missing } = liveSubnets(plan, networks);
    const besides = missing.map((key) => plan.fixedSubnets.moved[key]?.prefix ?? subnetPrefix);
    const created = await ensureProjectNetwork(plan.project, { engine, pool, reserved, besides, projectName });
    const fresh = await allocateSubnets(besides, { engine, pool, reserved });
    const subnets = { ...live, ...Object.fromEntries(missing.map((key, index) => [key, fresh[index] as string])) };
    await writeOverride(paths, plan, await renderOverride(plan, { record, subnets }));
    const attached = await attachProxy(engine, domains);
    return created || missing.length > 0 || attached.length > 0 ? "done" : "unchanged";
  };
  return await withLock(paths, "proxy", work, { signal });
}

/** Connects every routed container to the project's network, and the proxy to all that it serves. */
export async function attachAll(plan: InstancePlan, options: JoinNetworksOptions): Promise<Step["status"]> {
  const { engine, paths, pool, domains, record, signal } = options;
  const work = async (): Promise<Step["status"]> => {
    const { projectName } = record;
    const reserved = await readReservedSubnets(paths);
    await ensureProjectNetwork(plan.project, { engine, pool, reserved, projectName });
    const loose = detached(plan, await listInstanceContainers(engine, plan.composeProject));
    for (const container of loose) await connect(engine, plan.network, container.Id);
    const renamed = await ownNamesOnly(plan, engine);
    const attached = await attachProxy(engine, domains);
    return loose.length > 0 || renamed > 0 || attached.length > 0 ? "done" : "unchanged";
  };
  return await withLock(paths, "proxy", work, { signal });
}

/** Takes the short names from containers on networks of others; gives how many had them. */
async function ownNamesOnly(plan: InstancePlan, engine: DockerEngine): Promise<number> {
  let renamed = 0;
  for (const container of await listInstanceContainers(engine, plan.composeProject)) {
    for (const [network, names] of Object.entries(plan.sharedNames[serviceOf(container)] ?? {})) {
      const aliases = (await engine.inspectContainer(container.Id))?.NetworkSettings.Networks[network]?.Aliases ?? [];
      if (!aliases.includes(serviceOf(container))) continue;
      await engine.disconnectNetwork(network, container.Id);
      await connect(engine, network, container.Id, names);
      renamed += 1;
    }
  }
  return renamed;
}
