import type { DockerEngine, EngineContainer } from "../engine/docker-engine.ts";
import { restartPolicy, servicePorts } from "../model/compose-model.ts";
import { serviceOf } from "./container-state.ts";
import type { InstancePlan } from "./plan-instance.ts";
import { listInstanceContainers } from "./wait-for-instance.ts";

/**
 * Lets containers come back by themselves after a start of the machine or of the engine: those that run by now, of services
 * that are meant to go on and whose files do not say. While they are started they end when they fail, so that it is told.
 * `docker stop`, and `cspace stop` and `sleep`, keep them stopped.
 *
 * @see https://docs.docker.com/engine/containers/start-containers-automatically/
 */
export async function keepRunning(plan: InstancePlan, engine: DockerEngine): Promise<void> {
  const containers = await listInstanceContainers(engine, plan.composeProject);
  const kept = containers.filter((one) => one.State === "running" && goesOn(plan, one));
  await Promise.all(kept.map(({ Id }) => engine.keepContainerRunning(Id)));
}

/**
 * Whether a container is of a service that is to run for good: one that serves something, is asked how it is, or runs for
 * others. What does neither may have work that ends; done again, that may do harm. Pure.
 */
export function goesOn({ model, routes }: InstancePlan, container: EngineContainer): boolean {
  const name = serviceOf(container);
  const service = model.services[name];
  if (service === undefined || service.restart !== undefined || service.deploy?.restart_policy !== undefined)
    return false;
  const conditions = Object.values(model.services).flatMap(({ depends_on = {} }) => depends_on[name]?.condition ?? []);
  if (conditions.includes("service_completed_successfully") || restartPolicy(service) !== "never") return false;
  return (
    routes.some((route) => route.service === name) ||
    servicePorts(service).length > 0 ||
    container.Ports.length > 0 ||
    /\((healthy|unhealthy|health: starting)\)/.test(container.Status) ||
    conditions.length > 0
  );
}
