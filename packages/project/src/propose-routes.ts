import { toSlug } from "@cspace/hostnames";
import type { ServiceRoute } from "./settings.ts";

/** What is known of a service of the compose files. */
export interface ServicePorts {
  /** The ports inside the container that the compose files mention, in their order. */
  readonly ports: readonly number[];
}

/**
 * The routes of a project that names none: every service with a port gets its own name as label for the first one, and
 * `<service>-<port>` for the others.
 *
 * Labels are unique. Services that are one slug (`my_app`, `my-app`) are told apart by the port of the later one, and a
 * service always has its own name before another service's port does.
 *
 * @example
 * ```ts
 * proposeRoutes({ app: { ports: [3000, 4173] }, worker: { ports: [] } });
 * //=> { app: { service: "app", port: 3000 }, "app-4173": { service: "app", port: 4173 } }
 * ```
 */
export function proposeRoutes(services: Readonly<Record<string, ServicePorts>>): Record<string, ServiceRoute> {
  const usable = Object.entries(services).map(([service, { ports }]) => ({ service, ports: [...new Set(ports)] }));
  const taken = new Set<string>();
  const claim = (_service: string, port: number, wanted: string): string => {
    let label: string = toSlug(wanted).slug;
    for (let round = 1; taken.has(label); round += 1) {
      label = toSlug(`${wanted}-${port}${round === 1 ? "" : `-${round}`}`).slug;
    }
    taken.add(label);
    return label;
  };
  const firstLabels = new Map<string, string>();
  for (const { service, ports } of usable) {
    if (ports[0] !== undefined) firstLabels.set(service, claim(service, ports[0], service));
  }
  const routes = usable.flatMap(({ service, ports }) =>
    ports.map((port, index): [string, ServiceRoute] => {
      const label = index === 0 ? firstLabels.get(service) : undefined;
      return [label ?? claim(service, port, `${service}-${port}`), { service, port }];
    }),
  );
  return Object.fromEntries(routes);
}
