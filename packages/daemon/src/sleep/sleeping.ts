import { type DockerEngine, explainContainers, type SleepRecord } from "@cspace/compose";
import type { GatewayRoute } from "@cspace/gateway";

/** An instance that sleeps, or is on its way from there. */
export interface Sleeping {
  readonly record: SleepRecord;
  /** Whether it was asked for. */
  readonly waking: Promise<void> | undefined;
  /** Whether all of it is there, and only the proxy may not know yet. */
  readonly isAwake: boolean;
  /** By label: the ports on this machine's loopback of what is awake by now. */
  readonly ready: ReadonlyMap<string, number>;
  /** Why it could not be woken. */
  readonly failure: string | undefined;
}

/** What the routes of {@link Sleeping} do. */
export interface SleepingRoutesOptions {
  readonly wake: () => void;
  readonly connect: (endpoint: string) => Promise<DockerEngine>;
}

/**
 * The routes of what sleeps, as the gateway is to serve them: those of containers for as long as it is on its way, those
 * of processes until they are started, when the daemon has their routes itself.
 */
export function routesOf(
  { record, waking, ready, failure }: Sleeping,
  { wake, connect }: SleepingRoutesOptions,
): GatewayRoute[] {
  const { project, instance, routes, processes, endpoint } = record;
  const state = failure === undefined ? { wake, ...(waking && { starting: true }) } : { reason: failure };
  return [
    ...routes.map(({ label, redirectTo, exempt }): GatewayRoute => {
      const port = ready.get(label);
      return {
        ...{ project, instance, label, redirectTo, exempt, upstream: port ?? null },
        ...(port === undefined ? state : {}),
        lastLines: async () =>
          endpoint === null ? [] : explainContainers(await connect(endpoint), { project, instance, label }),
      };
    }),
    ...(waking === undefined ? processes : []).map((label): GatewayRoute => {
      return { ...{ project, instance, label, upstream: null }, ...state };
    }),
  ];
}
