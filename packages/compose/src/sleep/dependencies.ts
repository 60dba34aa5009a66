import type { EngineContainer } from "../engine/docker-engine.ts";
import { serviceOf } from "../instance/container-state.ts";

/** What a container waits for before it starts. */
export interface Dependency {
  readonly service: string;
  readonly condition: "started" | "healthy" | "completed";
}

/** The label in which Compose keeps `depends_on`, and what it adds for networks that are shared. */
const label = "com.docker.compose.depends_on";

const conditions: Readonly<Record<string, Dependency["condition"]>> = {
  service_started: "started",
  service_healthy: "healthy",
  service_completed_successfully: "completed",
};

/**
 * What a container waits for, as Compose wrote it down when it made it: `db:service_healthy:false,cache:service_started:true`.
 */
export function dependenciesOf({ Labels }: Pick<EngineContainer, "Labels">): Dependency[] {
  return (Labels[label] ?? "").split(",").flatMap((entry) => {
    const [service = "", condition = ""] = entry.split(":");
    const known = conditions[condition];
    return service === "" || known === undefined ? [] : [{ service, condition: known }];
  });
}

/** Containers in the order in which they are stopped: each group after those that depend on it. Pure. */
export function stopOrder(containers: readonly EngineContainer[]): EngineContainer[][] {
  const groups: EngineContainer[][] = [];
  let left = [...containers];
  while (left.length > 0) {
    const needed = new Set(
      left.flatMap((one) => dependenciesOf(one).flatMap(({ service }) => (service === serviceOf(one) ? [] : service))),
    );
    const free = left.filter((one) => !needed.has(serviceOf(one)));
    // Compose refuses a circle; one in labels of somebody else's making is no reason to go on for ever.
    const group = free.length === 0 ? left : free;
    groups.push(group);
    left = left.filter((one) => !group.includes(one));
  }
  return groups;
}
