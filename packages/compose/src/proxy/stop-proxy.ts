import type { DockerEngine } from "../engine/docker-engine.ts";
import type { HomePaths } from "../home/home-paths.ts";
import { withLock } from "../home/with-lock.ts";
import { proxyProject } from "../proxy-names.ts";
import { readProxyState } from "./proxy-state.ts";

/** Options of {@link stopProxy}. */
export interface StopProxyOptions {
  readonly engine: DockerEngine;
  readonly paths: HomePaths;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Removes the proxy's containers and its own network; instances keep running, on their ports. `true` when there was
 * something to remove. A container that merely has one of the two names is left alone.
 */
export async function stopProxy(options: StopProxyOptions): Promise<boolean> {
  const { engine, paths, signal } = options;
  const work = async (): Promise<boolean> => {
    const state = await readProxyState(engine);
    const networks = await engine.listNetworks({ filters: { name: [proxyProject] } });
    const own = networks.some((network) => network.Name === proxyProject);
    await Promise.all(state.containers.map((name) => engine.removeContainer(name)));
    if (own) await engine.removeNetwork(proxyProject);
    return own || state.containers.length > 0;
  };
  return await withLock(paths, "proxy", work, { signal });
}
