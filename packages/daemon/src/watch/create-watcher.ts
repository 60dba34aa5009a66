import { connectEngine, type DockerEngine, explainContainers, listContainerInstances } from "@cspace/compose";
import type { GatewayRoute } from "@cspace/gateway";
import type { WatchRequest } from "../protocol.ts";

/** How often it is looked whether what is watched is still there, in milliseconds. */
const lookMs = 10_000;

/** Knows why routes of containers are not served by the proxy in front. */
export interface Watcher {
  readonly watch: (request: WatchRequest) => void;
  /** What it watches. */
  readonly watches: () => readonly WatchRequest[];
  readonly routes: () => readonly GatewayRoute[];
  readonly isEmpty: () => boolean;
  readonly close: () => void;
}

/** Options of {@link createWatcher}. */
export interface CreateWatcherOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  /** Called whenever the routes are others. */
  readonly onChange: () => void;
  /** @default `connectEngine` of @cspace/compose */
  readonly connect?: (endpoint: string) => Promise<DockerEngine>;
}

/** Makes one that watches nothing. */
export function createWatcher({ env, platform, onChange, connect }: CreateWatcherOptions): Watcher {
  const open = connect ?? ((endpoint: string) => connectEngine({ env: { ...env, DOCKER_HOST: endpoint }, platform }));
  const watched = new Map<string, WatchRequest>();
  let timer: NodeJS.Timeout | undefined;

  const look = async (): Promise<void> => {
    for (const [key, { endpoint, project, instance }] of [...watched]) {
      // An engine that does not answer is no proof that its containers are gone.
      const listed = await open(endpoint)
        .then((engine) => listContainerInstances({ engine, project }))
        .catch(() => undefined);
      if (listed === undefined || listed.some((one) => one.instance === instance)) continue;
      watched.delete(key);
      onChange();
    }
    if (watched.size > 0) timer = setTimeout(look, lookMs);
  };

  return {
    watch: (request) => {
      const wasEmpty = watched.size === 0;
      watched.set(`${request.project}--${request.instance}`, request);
      if (wasEmpty) timer = setTimeout(look, lookMs);
      onChange();
    },
    watches: () => [...watched.values()],
    routes: () =>
      [...watched.values()].flatMap(({ project, instance, labels, endpoint }) =>
        labels.map((label) => ({
          project,
          instance,
          label,
          upstream: null,
          waiting: "its container is not running, or its health check has not passed",
          lastLines: async () => explainContainers(await open(endpoint), { project, instance, label }),
        })),
      ),
    isEmpty: () => watched.size === 0,
    close: () => clearTimeout(timer),
  };
}
