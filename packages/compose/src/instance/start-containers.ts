import { isCspaceError } from "@cspace/errors";
import type { DockerEngine } from "../engine/docker-engine.ts";
import { awaitedServices } from "../model/compose-model.ts";
import { serviceOf } from "./container-state.ts";
import { findCutOff } from "./instance-state.ts";
import type { InstancePlan } from "./plan-instance.ts";
import { type RunForInstanceOptions, runForInstance } from "./run-for-instance.ts";
import { containerFailed, listInstanceContainers, progressOf, waitTimeout } from "./wait-for-instance.ts";

/** Options of {@link startContainers}. */
export interface StartContainersOptions extends RunForInstanceOptions {
  readonly engine: DockerEngine;
  /** How long the containers may take, in milliseconds, as an error says it; `null`: nobody waits for them. */
  readonly waitMs: number | null;
  /** When that time is up, as `Date.now()` counts; `undefined`: never. */
  readonly deadline: number | undefined;
}

/**
 * Starts the containers of an instance that are not done, in the order of their dependencies, and gives the services
 * that it started.
 *
 * @throws {CspaceError} `CSPACE_CONTAINER_FAILED`, `CSPACE_WAIT_TIMEOUT`, `CSPACE_COMPOSE_FAILED`.
 */
export async function startContainers(plan: InstancePlan, options: StartContainersOptions): Promise<string[]> {
  const { engine, waitMs, deadline, signal } = options;
  const containers = await listInstanceContainers(engine, plan.composeProject);
  const unfinished = containers.filter((container) => progressOf(container, plan) !== "done");
  const stopped = unfinished.filter((container) => container.State !== "running");
  const cutOff = await findCutOff(plan, engine, containers);
  for (const { Id } of cutOff) await engine.restartContainer(Id);
  if (stopped.length === 0) return cutOff.map(serviceOf);
  // A one-shot service that has done its work must not run again because another one starts; one that runs and is not
  // healthy yet is named, since Compose lets others wait only for services that it is asked for.
  const awaited = awaitedServices(plan.model);
  const running = containers.filter((container) => container.State === "running" && awaited.has(serviceOf(container)));
  const services = [...new Set([...stopped, ...running].map(serviceOf))].sort();
  const args = ["up", "-d", "--no-deps", "--no-recreate", ...services];
  // Compose is cut short only where it waits: on a slow machine it must still start all that waits for nothing.
  const timeoutMs = deadline === undefined || awaited.size === 0 ? undefined : Math.max(5000, deadline - Date.now());
  try {
    await runForInstance(plan, options, args, timeoutMs);
  } catch (error) {
    const after = await listInstanceContainers(engine, plan.composeProject);
    const failed = after.find(
      (container) => unfinished.some(({ Id }) => Id === container.Id) && progressOf(container, plan) === "failed",
    );
    if (signal?.aborted === true) throw error;
    if (failed !== undefined) throw await containerFailed(engine, failed);
    if (waitMs === null || !isCspaceError(error) || error.code !== "CSPACE_WAIT_TIMEOUT") throw error;
    throw await waitTimeout(plan, { engine, containers: after, timeoutMs: waitMs });
  }
  return [...new Set([...stopped, ...cutOff].map(serviceOf))].sort();
}
