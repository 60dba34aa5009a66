import { labelKeys } from "@cspace/labels";
import { type PlanStep, planFile, readFileState } from "@cspace/plan";
import type { DockerEngine } from "../engine/docker-engine.ts";
import { engineStep } from "../engine/engine-step.ts";
import type { HomePaths } from "../home/home-paths.ts";
import { serviceOf } from "./container-state.ts";
import { overridePath } from "./instance-record.ts";
import { liveSubnets } from "./instance-state.ts";
import type { InstancePlan } from "./plan-instance.ts";
import type { InstanceRecord } from "./record.ts";
import { renderOverride } from "./render-override.ts";
import { listInstanceContainers } from "./wait-for-instance.ts";

/** Options of {@link previewInstance}. */
export interface PreviewInstanceOptions {
  readonly engine: DockerEngine;
  readonly paths: HomePaths;
  readonly record: InstanceRecord;
}

/** Tells what `applyInstance` would change: files, networks and containers. Subnets are not chosen yet. */
export async function previewInstance(plan: InstancePlan, options: PreviewInstanceOptions): Promise<PlanStep[]> {
  const { engine, paths, record } = options;
  const [networks, containers, state] = await Promise.all([
    engine.listNetworks(),
    listInstanceContainers(engine, plan.composeProject),
    readFileState(overridePath(paths, plan)),
  ]);
  const { live: subnets } = liveSubnets(plan, networks);
  const missing = [plan.network, ...Object.values(plan.subnetNetworks)].filter((name) =>
    networks.every((network) => network.Name !== name),
  );
  const override = planFile(state, await renderOverride(plan, { record, subnets }), { mode: 0o600 });
  return [
    ...missing.map((name) => engineStep("network", name, { before: null, after: "a subnet of the pool\n" })),
    ...(override === undefined ? [] : [override]),
    ...Object.entries(plan.hashes).flatMap(([service, hash]) => {
      if (plan.part?.includes(service) === false) return [];
      const own = containers.filter((container) => serviceOf(container) === service);
      const before = own.map((container) => container.Labels[labelKeys.plan] ?? "no plan")[0];
      if (own.length > 0 && own.every((container) => container.Labels[labelKeys.plan] === hash)) return [];
      const name = `${plan.composeProject}/${service}`;
      return [
        engineStep("container", name, {
          before: before === undefined ? null : `plan ${before}\n`,
          after: `plan ${hash}\n`,
        }),
      ];
    }),
  ];
}
