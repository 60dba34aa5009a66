import { labelKeys } from "@cspace/labels";
import type { EngineContainer, EngineNetwork } from "../engine/docker-engine.ts";
import type { EngineReader } from "../engine/open-engine-reader.ts";
import type { HomePaths } from "../home/home-paths.ts";
import { readText } from "../home/read-text.ts";
import { isSealed } from "../home/seal.ts";
import { replicasOf } from "../model/compose-model.ts";
import { subnetsOf } from "../networks/allocate-subnets.ts";
import { readMissingAttachments } from "../networks/apply-attachments.ts";
import { serviceOf } from "./container-state.ts";
import { overridePath } from "./instance-record.ts";
import { overrideSource } from "./override-source.ts";
import { hostOf, type InstancePlan } from "./plan-instance.ts";
import type { InstanceRecord } from "./record.ts";
import { listInstanceContainers, progressOf } from "./wait-for-instance.ts";

/** Options of {@link isComplete}. */
export interface IsCompleteOptions {
  readonly engine: EngineReader;
  readonly paths: HomePaths;
  readonly record: InstanceRecord;
  readonly domains: readonly string[];
}

/** Whether an instance is as planned in every respect, so that nothing needs to be done to it. */
export async function isComplete(plan: InstancePlan, options: IsCompleteOptions): Promise<boolean> {
  const { engine, domains, paths, record } = options;
  const [containers, networks, unattached, override] = await Promise.all([
    listInstanceContainers(engine, plan.composeProject),
    engine.listNetworks(),
    readMissingAttachments(engine, domains),
    readText(overridePath(paths, plan)),
  ]);
  const { live, missing } = liveSubnets(plan, networks);
  return (
    !hasOrphans(plan, containers) &&
    missingServices(plan, containers).length === 0 &&
    missing.length === 0 &&
    isSealed(override, overrideSource(plan, { record, subnets: live })) &&
    containers.every((container) => progressOf(container, plan) === "done") &&
    detached(plan, containers).length === 0 &&
    unattached.length === 0 &&
    (await findCutOff(plan, engine, containers)).length === 0
  );
}

/** Whether there are containers of services that the plan does not have. */
export function hasOrphans(plan: InstancePlan, containers: readonly EngineContainer[]): boolean {
  return containers.some((container) => plan.model.services[serviceOf(container)] === undefined);
}

/** The services that lack a container of this plan, or have one too many. */
export function missingServices(plan: InstancePlan, containers: readonly EngineContainer[]): string[] {
  return Object.entries(plan.hashes)
    .filter(([service, hash]) => {
      if (plan.part?.includes(service) === false) return false;
      const own = containers.filter((container) => serviceOf(container) === service);
      return (
        own.length !== replicasOf(plan.model.services[service]) ||
        own.some((container) => container.Labels[labelKeys.plan] !== hash)
      );
    })
    .map(([service]) => service);
}

/**
 * The containers that run in the network of one that was started again since: they are in the one that it had, which
 * leads nowhere.
 */
export async function findCutOff(
  plan: InstancePlan,
  engine: Pick<EngineReader, "inspectContainer">,
  containers: readonly EngineContainer[],
): Promise<EngineContainer[]> {
  const guests = containers.filter(
    (one) => one.State === "running" && hostOf(plan.model.services[serviceOf(one)]) !== undefined,
  );
  const startOf = async ({ Id }: EngineContainer): Promise<number> =>
    Date.parse((await engine.inspectContainer(Id))?.State.StartedAt ?? "");
  const cutOff = guests.map(async (guest) => {
    const host = hostOf(plan.model.services[serviceOf(guest)]);
    const hosts = containers.filter((one) => one.State === "running" && serviceOf(one) === host);
    const [own, ...others] = await Promise.all([guest, ...hosts].map(startOf));
    return others.some((other) => other > (own ?? 0)) ? [guest] : [];
  });
  return (await Promise.all(cutOff)).flat();
}

/** The containers of routed services that are not on the project's network. */
export function detached(plan: InstancePlan, containers: readonly EngineContainer[]): EngineContainer[] {
  // One on the host's network is on no other.
  const onHost = (service: string): boolean => plan.model.services[service]?.network_mode === "host";
  const routed = new Set(plan.routes.map((route) => route.service).filter((service) => !onHost(service)));
  return containers.filter(
    (container) => routed.has(serviceOf(container)) && container.NetworkSettings?.Networks[plan.network] === undefined,
  );
}

/** The subnets of the instance's networks that exist, by the network's key, and the keys of those that do not. */
export function liveSubnets(
  plan: InstancePlan,
  networks: readonly EngineNetwork[],
): { live: Record<string, string>; missing: string[] } {
  const live: Record<string, string> = {};
  const missing: string[] = [];
  for (const [key, name] of Object.entries(plan.subnetNetworks)) {
    const [subnet] = subnetsOf(networks.filter((network) => network.Name === name));
    if (subnet === undefined) missing.push(key);
    else live[key] = subnet;
  }
  return { live, missing };
}
