import { listContainerInstances } from "@cspace/compose";
import type { HeldInstance } from "@cspace/daemon";
import { buildHostname, type RouteName } from "@cspace/hostnames";
import type { Machine } from "../machine/open-engine.ts";

/** Options of {@link readHostnames}. */
export interface ReadHostnamesOptions {
  readonly domains: readonly string[];
  /** The instances of processes, as the daemon holds them. */
  readonly held: readonly HeldInstance[];
}

/** Every hostname of every instance that runs, of containers and of processes. */
export async function readHostnames(
  machine: Machine | undefined,
  { domains, held }: ReadHostnamesOptions,
): Promise<string[]> {
  const namesOf = (names: Omit<RouteName, "label">, routes: readonly Pick<RouteName, "label">[]): string[] =>
    routes.flatMap(({ label }) => domains.map((domain) => buildHostname({ ...names, label }, { domain })));
  const instances = machine === undefined ? [] : await listContainerInstances({ engine: machine.engine });
  const served = held.flatMap(({ record: { project, instance }, routes }) => namesOf({ project, instance }, routes));
  const names = instances.flatMap(({ project, instance, routes }) => namesOf({ project, instance }, routes));
  return [...new Set([...names, ...served])];
}
