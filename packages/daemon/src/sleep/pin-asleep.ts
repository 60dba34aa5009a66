import {
  arePinned,
  type DockerEngine,
  type HomePaths,
  pinHosts,
  readAnsweringPorts,
  type SleepRecord,
  withLock,
} from "@cspace/compose";
import { buildHostname } from "@cspace/hostnames";
import { awaitRoute } from "./await-route.ts";

/** The hostnames that Traefik hands to the gateway, because what they lead to sleeps. */
export interface AsleepPins {
  readonly add: (key: string) => void;
  readonly delete: (key: string) => void;
  /** Tells Traefik what is pinned now, one after the other; where it knows, nothing is locked. */
  readonly apply: (engine: DockerEngine | undefined) => Promise<void>;
  /** Whether Traefik hands on to here what is asked of an instance. */
  readonly isApplied: (record: SleepRecord, engine: DockerEngine) => Promise<boolean>;
  /** Resolves when what was begun has ended. */
  readonly settled: () => Promise<void>;
}

/** Options of {@link createPins}. */
export interface CreatePinsOptions {
  readonly paths: HomePaths;
  readonly domains: readonly string[];
  readonly recordOf: (key: string) => SleepRecord | undefined;
}

/** How long Traefik may take to hand an instance's hostnames on, in milliseconds: on a busy machine it takes seconds. */
export const pinMs = 10_000;

/** Makes one that pins nothing yet. */
export function createPins({ paths, domains, recordOf }: CreatePinsOptions): AsleepPins {
  const pinned = new Set<string>();
  let pinning: Promise<void> = Promise.resolve();
  const applyNow = async (engine: DockerEngine | undefined): Promise<void> => {
    const pins = [...pinned].sort().flatMap((key) => {
      const hostnames = hostnamesOf(recordOf(key), domains);
      return hostnames.length === 0 ? [] : [{ name: key, hostnames }];
    });
    if (await arePinned(paths, pins)) return;
    await withLock(paths, "proxy", () => pinHosts(engine, paths, pins));
  };
  return {
    add: (key) => void pinned.add(key),
    delete: (key) => void pinned.delete(key),
    apply: (engine) => {
      pinning = pinning.catch(() => undefined).then(() => applyNow(engine));
      return pinning;
    },
    isApplied: async (record, engine) => {
      const [route] = record.routes;
      const { httpPort } = await readAnsweringPorts(engine);
      if (route === undefined || httpPort === null) return false;
      const { project, instance } = record;
      // Every route has all domains.
      const options = { domain: domains[0] as string, port: httpPort, by: "gateway", timeoutMs: pinMs } as const;
      return await awaitRoute({ label: route.label, instance, project }, options);
    },
    settled: () => pinning.catch(() => undefined),
  };
}

function hostnamesOf(record: SleepRecord | undefined, domains: readonly string[]): string[] {
  const { project, instance, routes } = record ?? { project: "", instance: "", routes: [] };
  return routes.flatMap(({ label }) =>
    domains.map((domain) => buildHostname({ label, instance, project }, { domain }) as string),
  );
}
