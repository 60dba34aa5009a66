import { setTimeout } from "node:timers/promises";
import {
  createStepRunner,
  type HomePaths,
  type InstanceRecord,
  markRunning,
  type OnStep,
  withLock,
} from "@cspace/compose";
import { ensureDaemon, type HeldInstance, type HeldRoute, isOver, type RunningDaemon } from "@cspace/daemon";
import { CspaceError } from "@cspace/errors";
import { localUrl } from "@cspace/ports";
import type { Project } from "@cspace/project";
import { hasContainers } from "../choose/has-containers.ts";
import { readKnown } from "../describe/read-known.ts";
import { chooseOrigin, type Origin, redirectPort } from "../https/choose-origin.ts";
import { readHostTrust } from "../https/read-host-trust.ts";
import type { Targets } from "../life/choose-targets.ts";
import type { Host } from "../machine/open-host.ts";
import type { Context } from "../options.ts";
import { type ProcessFront, serveProcesses } from "../proxy/serve-processes.ts";
import { buildProcessRequests, type OtherRoute } from "./build-process-requests.ts";
import { processesOf } from "./choose-part.ts";
import type { RoutedProcess } from "./read-processes.ts";

/** A daemon whose processes are served, and where. */
export type OpenFront = ProcessFront & { readonly daemon: RunningDaemon };

/** Makes sure that a daemon runs, and that the proxy hands on to its processes. */
export async function openFront(context: Context, host: Host): Promise<OpenFront> {
  const daemon = await ensureDaemon(context);
  return { daemon, ...(await serveProcesses(context, host, daemon)) };
}

/** Options of {@link startProcesses}. */
export interface StartProcessesOptions {
  readonly project: Project;
  readonly record: InstanceRecord;
  /** All of the instance. */
  readonly processes: readonly RoutedProcess[];
  /** Those that are to be started; the others stay as they are. */
  readonly part: Pick<Targets, "processes">;
  readonly front: OpenFront;
  readonly paths: HomePaths;
  /** Whether all of them end first, however they are. */
  readonly recreate: boolean;
  /** What the URLs of the instance's containers begin with; `undefined` without containers. */
  readonly protocol?: Origin["protocol"] | undefined;
  /** How long they may take until they answer, in milliseconds; `null`: not at all. */
  readonly waitMs: number | null;
  readonly onStep: OnStep;
}

/**
 * Starts the processes of an instance that do not run as they should, and waits until every one of them listens.
 *
 * @throws {CspaceError} `CSPACE_PROCESS_EXITED` with the last lines of one that ended, `CSPACE_PROCESS_SILENT`, and the other
 * codes of @cspace/processes.
 */
export async function startProcesses(context: Context, options: StartProcessesOptions): Promise<void> {
  const { record, paths, waitMs, onStep } = options;
  const { run } = createStepRunner(onStep);
  await run("start", () => {
    // What runs decides what is asked for, so nobody else may start something in between.
    const name = `processes-${record.project}--${record.instance}`;
    return withLock(paths, name, () => start(context, options), { signal: context.signal });
  });
  await run("wait", async () => {
    if (waitMs === null) return "skipped";
    await waitForProcesses(context, options, waitMs);
    return "unchanged";
  });
}

async function start(context: Context, options: StartProcessesOptions): Promise<"done" | "unchanged"> {
  const { record, recreate, part } = options;
  const { client } = options.front.daemon;
  if (recreate && part.processes === undefined) await client.stop(record);
  else if (recreate) await client.control({ ...record, action: "stop", labels: part.processes });
  const before = findHeld((await client.status()).instances, record);
  const { domains, httpPort, httpsPort } = options.front;
  const others = await readOthers(context, options);
  const { paths } = options;
  const { settings } = options.project;
  const trusts = settings.trust !== false;
  const kept = recreate || before === undefined ? options.protocol : protocolOf(before);
  const origin = await chooseOrigin(context, { paths, httpPort, httpsPort, kept, settings });
  const trust = await readHostTrust(context, { paths, trusts, protocol: origin.protocol, domains });
  // What one is told of the others does not depend on which of them run.
  const all = await buildProcessRequests(
    {
      record,
      processes: options.processes,
      others,
      domains,
      origin,
      redirectTo: redirectPort(settings, httpsPort),
      trust,
      inherited: context.env,
    },
    before?.routes ?? [],
  );
  const wanted = processesOf(all, part, before?.routes ?? []);
  const after = findHeld((await client.start({ record, processes: wanted })).instances, record);
  await markRunning(paths, record);
  const same = after?.routes.every(({ label, startedAt }) => {
    return before?.routes.some((one) => one.label === label && one.startedAt === startedAt) === true;
  });
  return same === true && after?.routes.length === before?.routes.length ? "unchanged" : "done";
}

async function waitForProcesses(
  { signal, onWarning }: Context,
  { record, front, processes: all, part }: StartProcessesOptions,
  waitMs: number,
): Promise<void> {
  const processes = processesOf(all, part, []);
  const end = Date.now() + waitMs;
  for (;;) {
    signal.throwIfAborted();
    const all = (await front.daemon.client.status()).instances;
    const held = findHeld(all, record);
    const routes = processes.flatMap(({ label }) => held?.routes.find((one) => one.label === label) ?? []);
    const over = routes.filter(({ state }) => ["failed", "stopped", "crash-loop"].includes(state));
    if (over.length > 0) throw failed(over, record, findNeighbour(all, record));
    const waiting = routes.filter(({ state }) => !["up", "running", "exited"].includes(state));
    if ((waiting.length === 0 && routes.length === processes.length) || Date.now() >= end) {
      warnOfSilent(onWarning, routes, waitMs);
      return;
    }
    await setTimeout(50);
  }
}

/** As with containers: on what listens nowhere nobody fails, and what has ended well is done. */
function warnOfSilent(onWarning: Context["onWarning"], routes: readonly HeldRoute[], waitMs: number): void {
  for (const { label, state } of routes) {
    // It may be meant to listen nowhere: a compiler that watches, a worker.
    if (state === "running") onWarning(`${label} runs, and listens on no port`);
    else if (state === "exited") onWarning(`${label} has ended, with code 0`);
    else if (state !== "up")
      onWarning(`${label} listens on no port after ${waitMs / 1000} s, and runs on: cspace logs ${label}`);
  }
}

/** Another instance of the same directory, whose files both use. */
function findNeighbour(all: readonly HeldInstance[], { directory, instance }: InstanceRecord): string | undefined {
  const other = all.find(
    ({ record, routes }) =>
      record.directory === directory && record.instance !== instance && routes.some(({ state }) => state === "up"),
  );
  return other?.record.instance;
}

function failed(all: readonly HeldRoute[], { instance }: InstanceRecord, neighbour: string | undefined): CspaceError {
  const [{ label, error } = { label: "", error: null }, ...others] = all;
  const { code, message, hint } = error ?? { code: "CSPACE_PROCESS_EXITED", message: `${label} ended`, hint: null };
  const also = others.length === 0 ? "" : `\nas well: ${others.map((one) => one.label).join(", ")}`;
  // Two in one directory share its lock files, caches and databases.
  const shared = `it shares the files of its directory with ${neighbour}; give it a worktree of its own, and remove this one: cspace down ${instance}`;
  return new CspaceError(code as `CSPACE_${string}`, `${message}${also}`, {
    hint: neighbour !== undefined ? shared : (hint ?? `read all of it: cspace logs ${label}`),
  });
}

/** What the URLs of its processes begin with, as long as one of them goes on. */
function protocolOf({ routes }: HeldInstance): Origin["protocol"] | undefined {
  const going = routes.find(({ state, leased }) => !leased && !isOver(state));
  return going === undefined ? undefined : (going.protocol ?? "http");
}

function findHeld(all: readonly HeldInstance[], { project, instance }: InstanceRecord): HeldInstance | undefined {
  return all.find(({ record }) => record.project === project && record.instance === instance);
}

/** The routes that containers of the instance serve, where they are now. */
async function readOthers(context: Context, { record, project }: StartProcessesOptions): Promise<OtherRoute[]> {
  if (!hasContainers(project)) return [];
  const { instances } = await readKnown(context, record.project);
  const routes = instances.find(({ instance }) => instance === record.instance)?.routes ?? [];
  return routes.flatMap(({ label, bindings, isProcess }) => {
    if (isProcess === true) return [];
    return [{ label, env: project.settings.routes?.[label]?.env ?? [], localUrl: localUrl(bindings ?? []) }];
  });
}
