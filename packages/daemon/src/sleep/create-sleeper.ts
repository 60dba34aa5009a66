import { setTimeout } from "node:timers/promises";
import {
  type DockerEngine,
  forgetSleep,
  type HomePaths,
  type IdlePolicy,
  listInstanceContainers,
  pinHosts,
  readAnsweringPorts,
  readIdlePolicies,
  readSleeps,
  type SleeperNames,
  type SleepForm,
  type SleepingRoute,
  type SleepRecord,
  sleepContainers,
  wakeContainers,
} from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import type { GatewayRoute } from "@cspace/gateway";
import { composeProjectName, type RouteName } from "@cspace/hostnames";
import type { DaemonErrorCode } from "../daemon-error-code.ts";
import { awaitRoute } from "./await-route.ts";
import { awaitSettled } from "./await-settled.ts";
import { createPins, pinMs } from "./pin-asleep.ts";
import { sleepKey } from "./sleep-key.ts";
import { routesOf, type Sleeping } from "./sleeping.ts";

/** The processes of instances, as far as sleep concerns them. */
export interface SleepingProcesses {
  /** The labels of those that run, and the memory that they have. */
  readonly running: (
    names: SleeperNames,
  ) => Promise<{ readonly labels: readonly string[]; readonly memoryBytes: number }>;
  /** Ends them; they stay known. */
  readonly stop: (names: SleeperNames, labels: readonly string[]) => Promise<void>;
  /** Starts those that are known. */
  readonly start: (names: SleeperNames, labels: readonly string[]) => Promise<void>;
}

/** What is asked to go to sleep. */
export interface SleepRequest extends SleeperNames {
  readonly form: SleepForm;
  /** The engine that has its containers; `null` without any. */
  readonly endpoint: string | null;
}

/** Puts instances to sleep, and wakes them when something is asked of them. */
export interface Sleeper {
  /**
   * Reads from the home what sleeps and what is to sleep by itself, and forgets what was woken or removed by others. To be
   * called now and then: nobody tells of the latter.
   */
  readonly refresh: () => Promise<void>;
  /** `undefined`: nothing of it runs. One that sleeps already goes on. */
  readonly sleep: (request: SleepRequest) => Promise<SleepRecord | undefined>;
  /** Resolves when all of it is there, or runs and takes no connections for too long; whether it was asleep. */
  readonly wake: (names: SleeperNames) => Promise<boolean>;
  readonly isAsleep: (names: SleeperNames) => boolean;
  readonly policies: () => readonly IdlePolicy[];
  /** The routes of what sleeps, and of what the proxy does not serve yet. */
  readonly routes: () => readonly GatewayRoute[];
  readonly isEmpty: () => boolean;
  /** Looks after nothing any more; `unpin`: the gateway goes as well. */
  readonly close: (options: { readonly unpin: boolean }) => Promise<void>;
}

/** Options of {@link createSleeper}. */
export interface CreateSleeperOptions {
  readonly paths: HomePaths;
  readonly domains: readonly string[];
  readonly connect: (endpoint: string) => Promise<DockerEngine>;
  readonly processes: SleepingProcesses;
  /** Called whenever the routes are others, or there is less to look after. */
  readonly onChange: () => void;
}

/** How long who wakes an instance without a request waits for services that take no connections, in milliseconds. */
const askedMs = 15_000;

/** How long one that could not be woken says why, before a request may try again, in milliseconds. */
const failedMs = 3_000;

/** Makes one that knows of nothing yet. */
export function createSleeper({ paths, domains, connect, processes, onChange }: CreateSleeperOptions): Sleeper {
  /** The one that is asked for: every route has all of them. */
  const domain = domains[0] as string;
  const all = new Map<string, Sleeping>();
  /** Of those that are being woken: what breaks that off. */
  const aborts = new Map<string, AbortController>();
  /** What happens to one instance happens in turn. */
  const turns = new Map<string, Promise<unknown>>();
  let policies: readonly IdlePolicy[] = [];
  let isClosed = false;

  const pins = createPins({ paths, domains, recordOf: (key) => all.get(key)?.record });

  const change = (key: string, part: Partial<Sleeping>): void => {
    const before = all.get(key);
    if (before === undefined) return;
    all.set(key, { ...before, ...part });
    onChange();
  };
  const drop = (key: string): void => {
    pins.delete(key);
    if (all.delete(key)) onChange();
  };
  const inTurn = async <Result>(key: string, act: () => Promise<Result>): Promise<Result> => {
    const before = turns.get(key) ?? Promise.resolve();
    const turn = before.catch(() => undefined).then(act);
    turns.set(key, turn);
    try {
      return await turn;
    } finally {
      if (turns.get(key) === turn) turns.delete(key);
    }
  };
  const engineOf = async ({ endpoint }: Pick<SleepRecord, "endpoint">): Promise<DockerEngine | undefined> =>
    endpoint === null ? undefined : await connect(endpoint);

  const enter = (record: SleepRecord): string => {
    const key = sleepKey(record);
    all.set(key, { record, waking: undefined, isAwake: false, ready: new Map(), failure: undefined });
    if (record.routes.length > 0) pins.add(key);
    onChange();
    return key;
  };

  const wake = (key: string): Promise<void> => {
    const { waking, record } = all.get(key) ?? {};
    if (record === undefined) return Promise.resolve();
    if (waking !== undefined) return waking;
    const begun = inTurn(key, () => wakeNow(key, record));
    change(key, { waking: begun, failure: undefined });
    // Whoever asked over HTTP is told by a page.
    begun.catch(() => undefined);
    return begun;
  };

  const wakeNow = async (key: string, record: SleepRecord): Promise<void> => {
    const abort = new AbortController();
    aborts.set(key, abort);
    try {
      const engine = await engineOf(record);
      const onReady = (route: SleepingRoute, port: number): void => {
        // What speaks no HTTP without encryption, Traefik alone can hand on to.
        if (route.scheme === undefined) setReady(key, route, port);
      };
      await Promise.all([
        engine === undefined || record.containers.length === 0
          ? undefined
          : wakeContainers(record, { engine, paths, onReady, signal: abort.signal }),
        processes.start(record, record.processes),
      ]);
      await forgetSleep(paths, record);
      pins.delete(key);
      await pins.apply(engine);
      if (engine !== undefined) await serveOthers(key, record, engine);
      change(key, { isAwake: true });
      void settle(key, record, engine);
    } catch (error) {
      if (abort.signal.aborted) {
        drop(key);
        return;
      }
      change(key, { failure: (error as Error).message.split("\n", 1)[0] });
      void setTimeout(failedMs, undefined, { ref: false }).then(() =>
        change(key, { waking: undefined, failure: undefined }),
      );
      throw error;
    } finally {
      aborts.delete(key);
    }
  };

  const setReady = (key: string, { label }: SleepingRoute, port: number): void => {
    const { ready } = all.get(key) ?? {};
    if (ready !== undefined) change(key, { ready: new Map([...ready, [label, port]]) });
  };

  /** Lets those who wait for services that the gateway cannot speak to ask Traefik, once it serves them. */
  const serveOthers = async (key: string, record: SleepRecord, engine: DockerEngine): Promise<void> => {
    const others = record.routes.filter(({ scheme }) => scheme !== undefined);
    const { httpPort } = others.length === 0 ? { httpPort: null } : await readAnsweringPorts(engine);
    if (httpPort === null) return;
    await Promise.all(
      others.map(async (route) => {
        await awaitRoute(routeNameOf(record, route), { domain, port: httpPort, by: "proxy", timeoutMs: pinMs });
        setReady(key, route, httpPort);
      }),
    );
  };

  /** Serves what is awake for as long as Traefik may not, and no port that may be another's by then. */
  const settle = async (key: string, record: SleepRecord, engine: DockerEngine | undefined): Promise<void> => {
    const awake = all.get(key);
    const isSame = (): boolean =>
      !isClosed && all.get(key)?.waking !== undefined && all.get(key)?.waking === awake?.waking;
    if (engine !== undefined) await awaitSettled(record, engine, isSame);
    if (isSame()) drop(key);
  };

  /** Whether something of a sleeping instance runs, though nobody woke it here; `gone`: nothing is left of it. */
  const lookAt = async (record: SleepRecord): Promise<"asleep" | "awake" | "gone"> => {
    if (record.containers.length === 0) return "asleep";
    // An engine that does not answer is no proof of anything.
    const engine = await engineOf(record).catch(() => undefined);
    const containers =
      engine && (await listInstanceContainers(engine, composeProjectName(record)).catch(() => undefined));
    if (containers === undefined) return "asleep";
    const own = containers.filter((one) => record.containers.some(({ id }) => id === one.Id));
    if (own.length === 0) return "gone";
    return own.some(({ State }) => State === "running") ? "awake" : "asleep";
  };

  const refresh = async (): Promise<void> => {
    policies = await readIdlePolicies(paths);
    const records = await readSleeps(paths);
    const known = new Set(records.map(sleepKey));
    for (const [key, { waking }] of all) if (!known.has(key) && waking === undefined) drop(key);
    for (const record of records) {
      const key = sleepKey(record);
      // What happens to it just now tells more than how it is in the middle of that.
      if (turns.has(key) || all.get(key)?.waking !== undefined) continue;
      await inTurn(key, async () => {
        const state = await lookAt(record);
        if (state === "asleep") {
          if (!all.has(key)) enter(record);
        } else if (state === "awake" && !all.has(key)) {
          // It was being woken, or put to sleep, when its daemon ended: it is woken to the end.
          enter(record);
          void wake(key).catch(() => undefined);
        } else {
          await forgetSleep(paths, record);
          drop(key);
        }
      });
    }
    const engine = await engineOf(records[0] ?? { endpoint: null }).catch(() => undefined);
    await pins.apply(engine).catch(() => undefined);
    onChange();
  };

  return {
    refresh,
    sleep: async ({ project, instance, form, endpoint }) => {
      const names = { project, instance };
      const key = sleepKey(names);
      aborts.get(key)?.abort();
      return await inTurn(key, async () => {
        const before = all.get(key);
        if (before !== undefined && before.waking === undefined) return before.record;
        if (before !== undefined) drop(key);
        const engine = endpoint === null ? undefined : await connect(endpoint);
        const running = await processes.running(names);
        let stopping: Promise<void> | undefined;
        const onKept = async (record: SleepRecord): Promise<void> => {
          enter(record);
          if (record.routes.length > 0 && engine !== undefined) {
            await pins.apply(engine);
            if (!(await pins.isApplied(record, engine))) {
              await forgetSleep(paths, record);
              drop(key);
              await pins.apply(engine);
              throw nobodyWouldWake(record);
            }
          }
          stopping = processes.stop(names, running.labels);
        };
        try {
          return await sleepContainers(names, { engine, paths, form, processes: running, onKept });
        } finally {
          // What was touched by then runs again with the next request, whatever has failed.
          await stopping;
          onChange();
        }
      });
    },
    wake: async (names) => {
      const key = sleepKey(names);
      if (!all.has(key)) await refresh();
      if (all.get(key)?.isAwake !== false) return false;
      await Promise.race([wake(key), setTimeout(askedMs, undefined, { ref: false })]);
      return true;
    },
    isAsleep: (names) => all.get(sleepKey(names))?.isAwake === false,
    policies: () => policies,
    routes: () =>
      [...all].flatMap(([key, sleeping]) =>
        routesOf(sleeping, { connect, wake: () => void wake(key).catch(() => undefined) }),
      ),
    isEmpty: () => all.size === 0 && policies.length === 0,
    close: async ({ unpin }) => {
      isClosed = true;
      await pins.settled();
      if (unpin) await pinHosts(undefined, paths, []).catch(() => undefined);
    },
  };
}

function nobodyWouldWake({ instance }: SleepRecord): CspaceError<DaemonErrorCode> {
  const message = `${instance} stays awake: the proxy does not hand its requests to the daemon of this home, so that none would wake it`;
  return new CspaceError("CSPACE_SLEEP_REFUSED", message, { hint: "see what the proxy is: cspace proxy status" });
}

function routeNameOf({ project, instance }: SleepRecord, { label }: SleepingRoute): RouteName {
  return { label, instance, project };
}
