import { composeProjectName, networkName } from "@cspace/hostnames";
import { labelKeys } from "@cspace/labels";
import type { PlanStep } from "@cspace/plan";
import type { DockerEngine } from "../engine/docker-engine.ts";
import { engineStep } from "../engine/engine-step.ts";
import { ownNetworks } from "../networks/plan-attachments.ts";
import { proxyContainer } from "../proxy-names.ts";

/** Tells what `removeContainers` would remove, of each of these instances in turn. */
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
      .map(({ Names, State }) => engineStep("container", containerName(Names), { before: `${State}\n`, after: null })),
    ...[...gone]
      .flatMap((composeProject) => ownNetworks(composeProject, networks))
      .map(({ Name }) => engineStep("network", Name, { before: "exists\n", after: null })),
    ...unused.map(({ Name }) => engineStep("network", Name, { before: "exists\n", after: null })),
    ...(volumes
      ? found.filter(isGone).map(({ Name }) => engineStep("volume", Name, { before: "exists\n", after: null }))
      : []),
  ];
}
