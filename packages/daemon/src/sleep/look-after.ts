import {
  connectEngine,
  type DockerEngine,
  type HomePaths,
  openProxyTraffic,
  type ProxyTraffic,
  type TrafficReader,
} from "@cspace/compose";
import type { GatewayRoute, RouteTraffic } from "@cspace/gateway";
import { readUsage, thisSystem } from "@cspace/processes";
import type { Holder } from "../hold/holder.ts";
import { type HeldRoute, isOver } from "../protocol.ts";
import { createSleeper, type Sleeper, type SleepingProcesses } from "./create-sleeper.ts";
import { readUse } from "./read-use.ts";
import { sleepKey } from "./sleep-key.ts";
import { watchIdle } from "./watch-idle.ts";

type Names = Parameters<Holder["stop"]>[0];

/** What the daemon does about sleep. */
export interface Sleep extends Omit<Sleeper, "routes"> {
  /** Routes of what the daemon holds, with those of what sleeps in their place. */
  readonly cover: <Route extends GatewayRoute>(held: readonly Route[]) => readonly GatewayRoute[];
  /** Keeps an instance awake until the result is called. */
  readonly hold: (names: Names) => () => void;
}

/** Options of {@link lookAfterSleep}. */
export interface SleepOptions {
  readonly paths: HomePaths;
  readonly domains: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly holder: Pick<Holder, "list" | "control">;
  /** What was asked of the gateways, by mark. */
  readonly traffic: () => readonly ReadonlyMap<string, RouteTraffic>[];
  readonly onChange: () => void;
}

/** Puts instances to sleep that nobody uses, and wakes them, on this machine. */
export function lookAfterSleep({ paths, domains, env, platform, holder, traffic, onChange }: SleepOptions): Sleep {
  const engines = new Map<string, { readonly engine: DockerEngine; readonly reader: TrafficReader }>();
  const open = async (endpoint: string): Promise<{ readonly engine: DockerEngine; readonly reader: TrafficReader }> => {
    const known = engines.get(endpoint);
    if (known !== undefined) return known;
    const engine = await connectEngine({ env: { ...env, DOCKER_HOST: endpoint }, platform });
    const opened = { engine, reader: openProxyTraffic(engine, paths) };
    engines.set(endpoint, opened);
    return opened;
  };
  const runningOf = ({ project, instance }: Names): readonly HeldRoute[] => {
    const held = holder.list().find(({ record }) => record.project === project && record.instance === instance);
    return (held?.routes ?? []).filter(({ leased, state }) => !leased && !isOver(state));
  };
  const processes: SleepingProcesses = {
    running: async (names) => {
      const running = runningOf(names);
      const used = await Promise.all(
        running.map(({ pid = null }) => (pid === null ? null : readUsage(pid, thisSystem))),
      );
      const memoryBytes = used.reduce((sum, one) => sum + (one?.memoryBytes ?? 0), 0);
      return { labels: running.map(({ label }) => label), memoryBytes };
    },
    stop: async ({ project, instance }, labels) => {
      await holder.control({ project, instance, action: "stop", labels });
    },
    start: async ({ project, instance }, labels) => {
      await holder.control({ project, instance, action: "start", labels });
    },
  };
  const connect = async (endpoint: string): Promise<DockerEngine> => (await open(endpoint)).engine;
  const sleeper = createSleeper({ paths, domains, connect, processes, onChange });
  const holds = new Map<string, number>();

  /** One look at Traefik is enough for all instances that are looked at together. */
  let shared: { readonly at: number; readonly read: Promise<ProxyTraffic | undefined> } | undefined;
  const readTraffic = (reader: TrafficReader): Promise<ProxyTraffic | undefined> => {
    const now = performance.now();
    if (shared === undefined || now - shared.at > 100) shared = { at: now, read: reader.read() };
    return shared.read;
  };
  const watch = watchIdle({
    refresh: sleeper.refresh,
    isEmpty: sleeper.isEmpty,
    policies: sleeper.policies,
    isAsleep: sleeper.isAsleep,
    look: async (policy) => {
      const opened = policy.endpoint === null ? undefined : await open(policy.endpoint);
      return await readUse(policy, {
        engine: opened?.engine,
        traffic: async () => opened && (await readTraffic(opened.reader)),
        gateway: traffic(),
        processes: runningOf(policy).map(({ label, pid = null }) => ({ label, pid })),
        holds: holds.get(sleepKey(policy)) ?? 0,
      });
    },
    sleep: (policy) => sleeper.sleep(policy),
  });

  return {
    ...sleeper,
    sleep: async (request) => {
      const record = await sleeper.sleep(request);
      watch.begin();
      return record;
    },
    refresh: async () => {
      await sleeper.refresh();
      watch.begin();
    },
    cover: (held) => {
      const own = sleeper.routes();
      const names = new Set(own.map(({ label, instance, project }) => `${label}.${instance}.${project}`));
      return [...held.filter((one) => !names.has(`${one.label}.${one.instance}.${one.project}`)), ...own];
    },
    hold: (names) => {
      const key = sleepKey(names);
      holds.set(key, (holds.get(key) ?? 0) + 1);
      return () => void holds.set(key, (holds.get(key) ?? 1) - 1);
    },
    close: async (options) => {
      watch.close();
      await sleeper.close(options);
      if (options.unpin) await Promise.all([...engines.values()].map(({ reader }) => reader.close()));
    },
  };
}
