import { withLock } from "../home/with-lock.ts";
import { readReadyProxy } from "./read-ready-proxy.ts";
import { type StartedProxy, type StartProxyOptions, startProxy } from "./start-proxy.ts";

/** Options of {@link ensureProxy}. */
export interface EnsureProxyOptions extends StartProxyOptions {}

/** What {@link ensureProxy} found or made; a `dnsPort` of `null`: the proxy goes on without DNS. */
export interface EnsuredProxy extends StartedProxy {}

/**
 * Makes sure that the proxy runs as it should: files as rendered, containers of that rendering, every network attached
 * before it starts. Starts only what is missing or changed, and touches nothing when all is well.
 *
 * @throws {CspaceError} `CSPACE_PORT_TAKEN`, `CSPACE_PROXY_FOREIGN`, `CSPACE_PROXY_FAILED`, and what Compose and the
 * engine throw.
 */
export async function ensureProxy(options: EnsureProxyOptions): Promise<EnsuredProxy> {
  const { paths, signal } = options;
  const asked = [options.httpPort, options.httpsPort, options.dnsPort].some((port) => port !== undefined);
  const readReady = async (): Promise<EnsuredProxy | undefined> => {
    const ready = asked ? undefined : await readReadyProxy(options);
    return ready === undefined ? undefined : { ...ready, changed: false, notes: [] };
  };
  const work = async (): Promise<EnsuredProxy> => (await readReady()) ?? (await startProxy(options));
  return (await readReady()) ?? (await withLock(paths, "proxy", work, { signal }));
}
