import { composeProjectName } from "@cspace/hostnames";
import { parseLabels } from "@cspace/labels";
import type { DockerEngine, EngineContainer } from "../engine/docker-engine.ts";
import type { HomePaths } from "../home/home-paths.ts";
import { withLock } from "../home/with-lock.ts";
import { serviceOf } from "../instance/container-state.ts";
import { listInstanceContainers } from "../instance/wait-for-instance.ts";
import { stopOrder } from "./dependencies.ts";
import { type SleeperNames, type SleepForm, type SleepingRoute, type SleepRecord, writeSleep } from "./sleep-record.ts";

/** Options of {@link sleepContainers}. */
export interface SleepContainersOptions {
  /** `undefined`: there are none, only processes. */
  readonly engine: DockerEngine | undefined;
  readonly paths: HomePaths;
  readonly form: SleepForm;
  /** The labels of its processes that go to sleep as well, and the memory that they have. */
  readonly processes: { readonly labels: readonly string[]; readonly memoryBytes: number };
  /** Called when it is kept what sleeps, before anything is touched. */
  readonly onKept?: ((record: SleepRecord) => Promise<void>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Puts the containers of an instance to sleep, those first on which no other depends, and keeps what wakes them before
 * the first of them is touched. `undefined` when nothing of it runs, also no process.
 *
 * @throws {CspaceError} the codes of the engine. What was stopped by then, `wakeContainers` starts.
 */
export async function sleepContainers(
  names: SleeperNames,
  { engine, paths, form, processes, onKept, signal }: SleepContainersOptions,
): Promise<SleepRecord | undefined> {
  const composeProject = composeProjectName(names);
  const work = async (): Promise<SleepRecord | undefined> => {
    const containers = engine === undefined ? [] : await listInstanceContainers(engine, composeProject);
    const running = containers.filter(({ State }) => State === "running" || State === "restarting");
    if (running.length === 0 && processes.labels.length === 0) return undefined;
    const used = await Promise.all(running.map(({ Id }) => engine?.readUsage(Id)));
    const { project, instance } = names;
    const record: SleepRecord = {
      ...{ project, instance },
      since: new Date().toISOString(),
      form,
      endpoint: engine?.endpoint ?? null,
      savedBytes: used.reduce((sum, one) => sum + (one?.memoryBytes ?? 0), processes.memoryBytes),
      containers: running.map((container) => ({ id: container.Id, service: serviceOf(container) })),
      routes: routesOf(running),
      processes: processes.labels,
    };
    await writeSleep(paths, record);
    await onKept?.(record);
    for (const group of stopOrder(running)) {
      signal?.throwIfAborted();
      await Promise.all(
        group.map(({ Id }) => (form === "pause" ? engine?.pauseContainer(Id) : engine?.stopContainer(Id))),
      );
    }
    return record;
  };
  return await withLock(paths, `start-${composeProject}`, work, { signal });
}

function routesOf(containers: readonly EngineContainer[]): SleepingRoute[] {
  const routes = new Map<string, SleepingRoute>();
  for (const container of containers) {
    for (const { label, port, scheme } of parseLabels(container.Labels)) {
      const redirectTo = redirectOf(container);
      routes.set(label, {
        ...{ label, service: serviceOf(container), port },
        ...(scheme && { scheme }),
        ...(redirectTo && { redirectTo }),
        ...(isExempt(container, label) && { exempt: true as const }),
      });
    }
  }
  return [...routes.values()];
}

function isExempt({ Labels }: EngineContainer, label: string): boolean {
  return Object.keys(Labels).some(
    (key) => key.startsWith(`traefik.http.routers.${label}--`) && key.endsWith("--exempt.rule"),
  );
}

/** Where Traefik sends who asks for a container over HTTP; `undefined`: it serves them. */
function redirectOf({ Labels }: EngineContainer): number | undefined {
  const keys = Object.keys(Labels).filter((key) => key.includes(".redirectscheme."));
  if (keys.length === 0) return undefined;
  const port = keys.find((key) => key.endsWith(".redirectscheme.port"));
  return port === undefined ? 443 : Number(Labels[port]);
}
