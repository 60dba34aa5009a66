import { setTimeout } from "node:timers/promises";
import { composeProjectName } from "@cspace/hostnames";
import { acceptsConnections } from "@cspace/ports";
import type { DockerEngine, EngineContainer, EngineContainerDetail } from "../engine/docker-engine.ts";
import type { HomePaths } from "../home/home-paths.ts";
import { withLock } from "../home/with-lock.ts";
import { serviceOf } from "../instance/container-state.ts";
import { containerFailed, listInstanceContainers } from "../instance/wait-for-instance.ts";
import { dependenciesOf } from "./dependencies.ts";
import type { SleepingRoute, SleepRecord } from "./sleep-record.ts";

/** Options of {@link wakeContainers}. */
export interface WakeContainersOptions {
  readonly engine: DockerEngine;
  readonly paths: HomePaths;
  /** Called once for each route, when its service takes connections on this port of the host's loopback. */
  readonly onReady?: ((route: SleepingRoute, port: number) => void) | undefined;
  /** How long one that runs may take until it takes connections, in milliseconds; then it is left alone. @default 120_000 */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How often it is looked how far something is, in milliseconds. */
const lookMs = 20;

/**
 * Wakes the containers of an instance that sleeps, each after what it depends on, and waits until they are there: health
 * checks have passed, and services with a route take connections. A health check is run here as well, for the engine may
 * ask only twice a minute. Where all run already, nothing is done.
 *
 * @throws {CspaceError} `CSPACE_CONTAINER_FAILED` for one that ends instead, and the codes of the engine.
 */
export async function wakeContainers(record: SleepRecord, options: WakeContainersOptions): Promise<void> {
  const { engine, paths, onReady, timeoutMs = 120_000, signal } = options;
  const deadline = Date.now() + timeoutMs;
  const composeProject = composeProjectName(record);
  const list = (): Promise<readonly EngineContainer[]> => listInstanceContainers(engine, composeProject);
  const started = withLock(paths, `start-${composeProject}`, () => startAll(record, engine, signal, list), { signal });
  const ready = record.routes.map(async (route) => {
    const port = await waitForRoute(route, { engine, started, list, deadline, signal });
    if (port !== undefined) onReady?.(route, port);
  });
  await Promise.all([started, ...ready]);
}

type List = () => Promise<readonly EngineContainer[]>;

async function startAll(
  record: SleepRecord,
  engine: DockerEngine,
  signal: AbortSignal | undefined,
  list: List,
): Promise<void> {
  const asleep = new Set(record.containers.map(({ id }) => id));
  const containers = (await list()).filter(({ Id }) => asleep.has(Id));
  const starting = new Map<string, Promise<void>>();
  const start = (service: string): Promise<void> => {
    const begun = starting.get(service) ?? startService(service);
    starting.set(service, begun);
    return begun;
  };
  const startService = async (service: string): Promise<void> => {
    const own = containers.filter((one) => serviceOf(one) === service);
    const needed = own.flatMap(dependenciesOf).filter((one) => one.service !== service);
    await Promise.all(
      needed.map(async (dependency) => {
        await start(dependency.service);
        if (dependency.condition !== "healthy") return;
        const its = containers.filter((one) => serviceOf(one) === dependency.service);
        await Promise.all(its.map((one) => waitForHealth(engine, one, signal)));
      }),
    );
    signal?.throwIfAborted();
    await Promise.all(
      own.map(({ Id, State }) => (State === "paused" ? engine.unpauseContainer(Id) : engine.startContainer(Id))),
    );
  };
  const services = [...new Set(containers.map(serviceOf))];
  // One that cannot start keeps only those that wait for it from starting.
  const results = await Promise.allSettled(services.map(start));
  const failed = results.find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

/** Waits until a route's service is there, and gives its port on the host; `undefined` where it has none, or takes too long. */
async function waitForRoute(
  route: SleepingRoute,
  {
    engine,
    started,
    list,
    deadline,
    signal,
  }: {
    readonly engine: DockerEngine;
    readonly started: Promise<void>;
    readonly list: List;
    readonly deadline: number;
    readonly signal: AbortSignal | undefined;
  },
): Promise<number | undefined> {
  const over = { is: false };
  started.then(
    () => (over.is = true),
    () => (over.is = true),
  );
  for (;;) {
    signal?.throwIfAborted();
    // Read before the list: what has ended by then has really ended.
    const isOver = over.is;
    const own = (await list()).filter((one) => serviceOf(one) === route.service);
    const restarting = own.find(({ State }) => State === "restarting");
    // The engine starts it again and again, and it may run just now.
    if (restarting !== undefined) throw await containerFailed(engine, restarting);
    const running = own.find(({ State }) => State === "running");
    if (running !== undefined) {
      await waitForHealth(engine, running, signal);
      const port = portOf(running, route);
      if (port === undefined || (await acceptsConnections(port))) return port;
      if (Date.now() >= deadline) return undefined;
    } else if (isOver) {
      const [failed] = own;
      if (failed !== undefined) throw await containerFailed(engine, failed);
      return undefined;
    }
    await setTimeout(lookMs);
  }
}

function portOf({ Ports, HostConfig }: EngineContainer, { port }: SleepingRoute): number | undefined {
  if (HostConfig?.NetworkMode === "host") return port;
  return Ports.find((one) => one.PrivatePort === port && one.Type === "tcp" && one.PublicPort !== undefined)
    ?.PublicPort;
}

/**
 * Waits until the health check of a container passes; of one without, not at all.
 *
 * @throws {CspaceError} `CSPACE_CONTAINER_FAILED` when it ends, or is found unhealthy.
 */
async function waitForHealth(
  engine: DockerEngine,
  container: EngineContainer,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (;;) {
    signal?.throwIfAborted();
    const detail = await engine.inspectContainer(container.Id);
    if (detail === undefined) throw await containerFailed(engine, { ...container, State: "dead" });
    const { Status: state, Health } = detail.State;
    if (state === "exited" || state === "dead" || state === "restarting") {
      const word = state === "restarting" ? "Restarting" : "Exited";
      throw await containerFailed(engine, { ...container, State: state, Status: `${word} (${detail.State.ExitCode})` });
    }
    const command = healthCommand(detail);
    if (state === "running" && (command === undefined || Health === undefined || Health.Status === "healthy")) return;
    if (state === "running" && command !== undefined) {
      const code = await engine.runExec(container.Id, command).catch(() => null);
      if (code === 0) return;
      if (Health?.Status === "unhealthy") throw await containerFailed(engine, { ...container, State: "running" });
    }
    await setTimeout(100);
  }
}

/** @see https://docs.docker.com/reference/dockerfile/#healthcheck */
export function healthCommand({ Config }: Pick<EngineContainerDetail, "Config">): readonly string[] | undefined {
  const [kind, ...words] = Config.Healthcheck?.Test ?? [];
  if (kind === "CMD") return words;
  return kind === "CMD-SHELL" ? ["/bin/sh", "-c", words.join(" ")] : undefined;
}
