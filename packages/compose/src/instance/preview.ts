import { composeProjectName, networkName } from "@cspace/hostnames";
import { labelKeys } from "@cspace/labels";
import { type PlanStep, planFile, readFileState } from "@cspace/plan";
import type { DockerEngine } from "../engine/docker-engine.ts";
import type { HomePaths } from "../home/home-paths.ts";
import { ownNetworks } from "../networks/plan-attachments.ts";
import { proxyContainer, proxyProject } from "../proxy/proxy-names.ts";
import { readProxyState } from "../proxy/proxy-state.ts";
import { serviceOf } from "./container-state.ts";
import { overridePath } from "./instance-record.ts";
import { liveSubnets } from "./instance-state.ts";
import type { InstanceRecord } from "./override-source.ts";
import type { InstancePlan } from "./plan-instance.ts";
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
    ...missing.map((name) => engineStep("network", name, null, "a /26 of the pool\n")),
    ...(override === undefined ? [] : [override]),
    ...Object.entries(plan.hashes).flatMap(([service, hash]) => {
      const own = containers.filter((container) => serviceOf(container) === service);
      const before = own.map((container) => container.Labels[labelKeys.plan] ?? "no plan")[0];
      if (own.length > 0 && own.every((container) => container.Labels[labelKeys.plan] === hash)) return [];
      const name = `${plan.composeProject}/${service}`;
      return [engineStep("container", name, before === undefined ? null : `plan ${before}\n`, `plan ${hash}\n`)];
    }),
  ];
}

/** Tells what `removeInstance` would remove, of each of these instances in turn. */
export async function previewRemoval(
  instances: readonly { readonly project: string; readonly instance: string }[],
  options: { readonly engine: DockerEngine; readonly volumes: boolean },
): Promise<PlanStep[]> {
  const { engine, volumes } = options;
  const [containers, networks, found] = await Promise.all([
    engine.listContainers({ all: true }),
    engine.listNetworks(),
    engine.listVolumes(),
  ]);
  const gone = new Set<string>(instances.map(composeProjectName));
  const isGone = ({ Labels }: { readonly Labels?: Readonly<Record<string, string>> | null }): boolean =>
    gone.has(Labels?.["com.docker.compose.project"] ?? "");
  const left = containers.filter((container) => !isGone(container) && !container.Names.includes(`/${proxyContainer}`));
  const projects = new Set(instances.map(({ project }) => project));
  const unused = [...projects].flatMap((project) =>
    networks.filter(
      ({ Name, Labels }) =>
        Name === networkName(project) &&
        Labels?.[labelKeys.managed] === "true" &&
        !left.some(
          (one) => one.NetworkSettings?.Networks[Name] !== undefined || one.Labels[labelKeys.project] === project,
        ),
    ),
  );
  const containerName = (names: readonly string[]): string => (names[0] ?? "").replace(/^\//, "");
  return [
    ...containers
      .filter(isGone)
      .map(({ Names, State }) => engineStep("container", containerName(Names), `${State}\n`, null)),
    ...[...gone]
      .flatMap((composeProject) => ownNetworks(composeProject, networks))
      .map(({ Name }) => engineStep("network", Name, "exists\n", null)),
    ...unused.map(({ Name }) => engineStep("network", Name, "exists\n", null)),
    ...(volumes ? found.filter(isGone).map(({ Name }) => engineStep("volume", Name, "exists\n", null)) : []),
  ];
}

/** Tells what `stopProxy` would remove. */
export async function previewProxyRemoval(engine: DockerEngine): Promise<PlanStep[]> {
  const [state, networks] = await Promise.all([
    readProxyState(engine),
    engine.listNetworks({ filters: { name: [proxyProject] } }),
  ]);
  return [
    ...state.containers.map((name) => engineStep("container", name, "exists\n", null)),
    ...networks
      .filter(({ Name }) => Name === proxyProject)
      .map(({ Name }) => engineStep("network", Name, "exists\n", null)),
  ];
}

function engineStep(kind: string, name: string, before: string | null, after: string | null): PlanStep {
  return { kind, path: `docker:${kind}/${name}`, before, after, needsRoot: false };
}
