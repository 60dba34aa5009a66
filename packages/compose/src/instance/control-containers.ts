import { composeProjectName } from "@cspace/hostnames";
import type { DockerEngine, EngineContainer } from "../engine/docker-engine.ts";
import { type RunCompose, requireCompose } from "../engine/run-compose.ts";
import type { HomePaths } from "../home/home-paths.ts";
import { makeFolder, withLock } from "../home/with-lock.ts";
import { serviceOf } from "./container-state.ts";
import { listInstanceContainers } from "./wait-for-instance.ts";

/** What becomes of containers that are there: none is made anew. */
export type ContainerAction = "stop" | "start" | "restart";

/** Options of {@link controlContainers}. */
export interface ControlContainersOptions {
  readonly engine: DockerEngine;
  readonly compose: RunCompose;
  readonly paths: HomePaths;
  /** Only those of these services. @default all */
  readonly services?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
}

/**
 * Stops, starts or restarts the containers of an instance in the order of their dependencies, from their labels alone, so
 * also where its files are gone. Tells whether there was anything to do.
 *
 * @throws {CspaceError} the codes of Compose and of the engine.
 */
export async function controlContainers(
  names: { readonly project: string; readonly instance: string },
  action: ContainerAction,
  { engine, compose, paths, services, signal, onLine }: ControlContainersOptions,
): Promise<boolean> {
  const composeProject = composeProjectName(names);
  const work = async (): Promise<boolean> => {
    const containers = await listInstanceContainers(engine, composeProject);
    const affected = affectedBy(action, containers, services);
    if (affected.length === 0) return false;
    for (const { Id } of affected.filter(({ State }) => State === "paused")) await engine.unpauseContainer(Id);
    // An empty folder: Compose must find no file and go by the labels.
    const empty = `${paths.run}/empty`;
    await makeFolder(empty);
    await requireCompose(compose, empty);
    const wanted = [...new Set(affected.map(serviceOf))].sort();
    await compose(["-p", composeProject, action, ...wanted], { cwd: empty, signal, onLine });
    return true;
  };
  return await withLock(paths, `start-${composeProject}`, work, { signal });
}

/** The containers that an action changes: one that has ended by itself with its work done is not started by a restart. */
export function affectedBy(
  action: ContainerAction,
  containers: readonly EngineContainer[],
  services: readonly string[] | undefined,
): EngineContainer[] {
  const isLive = ({ State }: EngineContainer): boolean => ["running", "restarting", "paused"].includes(State);
  return containers.filter((container) => {
    if (services !== undefined && !services.includes(serviceOf(container))) return false;
    return action === "start"
      ? !isLive(container)
      : isLive(container) || (action === "restart" && services !== undefined);
  });
}
