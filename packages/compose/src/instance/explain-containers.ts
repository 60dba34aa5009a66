import { composeProjectName } from "@cspace/hostnames";
import { parseLabels } from "@cspace/labels";
import type { DockerEngine } from "../engine/docker-engine.ts";
import { readLastLines } from "../engine/read-container-logs.ts";
import { serviceOf, whyNotServing } from "./container-state.ts";
import { describeHealthCheck } from "./describe-health-check.ts";
import { listInstanceContainers } from "./wait-for-instance.ts";

/** Says of each container of a route how it is, what its health check says, and what it printed last; line by line. */
export async function explainContainers(
  engine: DockerEngine,
  { label, ...names }: { readonly project: string; readonly instance: string; readonly label: string },
): Promise<string[]> {
  const containers = await listInstanceContainers(engine, composeProjectName(names));
  const own = containers.filter(({ Labels }) => parseLabels(Labels).some((route) => route.label === label));
  const explained = own.map(async (container): Promise<string[]> => {
    const detail = await engine.inspectContainer(container.Id);
    const check = detail === undefined ? "" : describeHealthCheck(detail);
    const log = await readLastLines(engine, container.Id, 10);
    return [
      `${serviceOf(container)}: ${container.Status}${whyNotServing(container) === null ? "" : `, ${whyNotServing(container)}`}`,
      ...(check === "" ? [] : check.split("\n")),
      ...(log.length === 0 ? [] : ["the end of its log:", ...log.map((line) => `  ${line}`)]),
    ];
  });
  return (await Promise.all(explained)).flat();
}
