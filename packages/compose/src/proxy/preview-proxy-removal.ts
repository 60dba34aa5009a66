import type { PlanStep } from "@cspace/plan";
import type { DockerEngine } from "../engine/docker-engine.ts";
import { engineStep } from "../engine/engine-step.ts";
import { proxyProject } from "../proxy-names.ts";
import { readProxyState } from "./proxy-state.ts";

/** Tells what `stopProxy` would remove. */
export async function previewProxyRemoval(engine: DockerEngine): Promise<PlanStep[]> {
  const [state, networks] = await Promise.all([
    readProxyState(engine),
    engine.listNetworks({ filters: { name: [proxyProject] } }),
  ]);
  return [
    ...state.containers.map((name) => engineStep("container", name, { before: "exists\n", after: null })),
    ...networks
      .filter(({ Name }) => Name === proxyProject)
      .map(({ Name }) => engineStep("network", Name, { before: "exists\n", after: null })),
  ];
}
