import { readFile } from "node:fs/promises";
import { isCspaceError } from "@cspace/errors";
import { labelKeys } from "@cspace/labels";
import type { DockerEngine, EngineContainer, EngineNetwork } from "../engine/docker-engine.ts";
import { type RunCompose, requireCompose } from "../engine/run-compose.ts";
import type { HomePaths } from "../home/home-paths.ts";
import { isSealed } from "../home/seal.ts";
import { withLock } from "../home/with-lock.ts";
import { allocateSubnets, subnetsOf } from "../networks/allocate-subnets.ts";
import { attachProxy, connect, readMissingAttachments } from "../networks/apply-attachments.ts";
import { ensureProjectNetwork } from "../networks/ensure-project-network.ts";
import { awaitedServices, composeArguments, replicasOf } from "./compose-model.ts";
import { serviceOf } from "./container-state.ts";
import { overridePath, readReservedSubnets, writeOverride } from "./instance-record.ts";
import { type InstanceRecord, overrideSource } from "./override-source.ts";
import type { InstancePlan } from "./plan-instance.ts";
import { renderOverride } from "./render-override.ts";
import {
  containerFailed,
  listInstanceContainers,
  progressOf,
  waitForInstance,
  waitTimeout,
} from "./wait-for-instance.ts";

/** A step of `up` or `down`. */
export interface Step {
  readonly name:
    | "proxy"
    | "networks"
    | "create"
    | "attach"
    | "start"
    | "wait"
    | "verify"
    | "detach"
    | "stop"
    | "remove";
  /** `done`: something on the machine changed. */
  readonly status: "done" | "unchanged" | "skipped";
  readonly ms: number;
}

/** Reports a step when it begins (without a status) and when it ends. */
export type OnStep = (step: {
  readonly name: Step["name"];
  readonly status?: Step["status"];
  readonly ms?: number;
}) => void;

/** Options of {@link applyInstance}. */
export interface ApplyInstanceOptions {
  readonly engine: DockerEngine;
  readonly compose: RunCompose;
  readonly paths: HomePaths;
  /** The user's compose files, absolute. */
  readonly files: readonly string[];
  /** Variables for the interpolation of the user's files. */
  readonly env: Readonly<Record<string, string>>;
  readonly record: InstanceRecord;
  readonly pool: string;
  readonly domains: readonly string[];
  /** Build images first. @default false */
  readonly build?: boolean;
  /** Make every container anew. @default false */
  readonly recreate?: boolean;
  /** How long containers may take to be done, in milliseconds; `null`: do not wait. @default 60_000 */
  readonly waitMs?: number | null;
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: OnStep | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
}

/** What {@link applyInstance} did. */
export interface AppliedInstance {
  readonly steps: readonly Step[];
  /** The services whose containers were started by this run. */
  readonly started: readonly string[];
}

/**
 * Makes an instance run as planned, in the one order that works: the project's network and the proxy on it, containers
 * created, all attached, then started and waited for. Where every container is as planned and done, Compose is not
 * called at all.
 *
 * @throws {CspaceError} with the codes of Compose, the engine, the networks and the wait; what was running before runs on.
 */
export async function applyInstance(plan: InstancePlan, options: ApplyInstanceOptions): Promise<AppliedInstance> {
  const { engine, waitMs = 60_000, signal } = options;
  const steps: Step[] = [];
  const step = async (name: Step["name"], work: () => Promise<Step["status"]>): Promise<void> => {
    const begin = performance.now();
    options.onStep?.({ name });
    const status = await work();
    const done: Step = { name, status, ms: Math.round(performance.now() - begin) };
    steps.push(done);
    options.onStep?.(done);
  };
  let started: string[] = [];
  const before = await readInstance(plan, options);
  if (before.complete) {
    for (const name of ["networks", "create", "attach", "start"] as const) await step(name, async () => "unchanged");
    await step("wait", async () => (waitMs === null ? "skipped" : "unchanged"));
    return { steps, started };
  }
  await withLock(
    options.paths,
    `instance-${plan.composeProject}`,
    async () => {
      await requireCompose(options.compose, plan.directory);
      await step("networks", () => ensureNetworks(plan, options));
      await step("create", () => createContainers(plan, options));
      await step("attach", () => attachAll(plan, options));
    },
    { signal },
  );
  const deadline = waitMs === null ? undefined : Date.now() + waitMs;
  // One at a time, so that a one-shot service runs once; with a lock of its own, so that `down` need not wait for it.
  const start = async (): Promise<Step["status"]> => {
    started = await startContainers(plan, { ...options, deadline });
    return started.length > 0 ? "done" : "unchanged";
  };
  await step("start", () => withLock(options.paths, `start-${plan.composeProject}`, start, { signal }));
  await step("wait", async () => {
    if (waitMs === null) return "skipped";
    await waitForInstance(plan, { engine, timeoutMs: waitMs, deadline, signal });
    return "unchanged";
  });
  return { steps, started };
}

interface InstanceState {
  readonly containers: readonly EngineContainer[];
  /** Services that lack a container of this plan. */
  readonly missing: readonly string[];
  readonly complete: boolean;
}

async function readInstance(plan: InstancePlan, options: ApplyInstanceOptions): Promise<InstanceState> {
  const { engine, domains, build = false, recreate = false } = options;
  const [containers, networks, unattached] = await Promise.all([
    listInstanceContainers(engine, plan.composeProject),
    engine.listNetworks(),
    readMissingAttachments(engine, domains),
  ]);
  const missing = missingServices(plan, containers);
  const orphans = containers.some((container) => plan.model.services[serviceOf(container)] === undefined);
  const subnets = liveSubnets(plan, networks);
  const source = overrideSource(plan, { record: options.record, subnets: subnets.live });
  const override = await readText(overridePath(options.paths, plan));
  const complete =
    !build &&
    !recreate &&
    !orphans &&
    missing.length === 0 &&
    subnets.missing.length === 0 &&
    isSealed(override, source) &&
    containers.every((container) => progressOf(container, plan) === "done") &&
    detached(plan, containers).length === 0 &&
    unattached.length === 0;
  return { containers, missing, complete };
}

function missingServices(plan: InstancePlan, containers: readonly EngineContainer[]): string[] {
  return Object.entries(plan.hashes)
    .filter(([service, hash]) => {
      const own = containers.filter((container) => serviceOf(container) === service);
      return (
        own.length < replicasOf(plan.model.services[service]) ||
        own.some((container) => container.Labels[labelKeys.plan] !== hash)
      );
    })
    .map(([service]) => service);
}

function detached(plan: InstancePlan, containers: readonly EngineContainer[]): EngineContainer[] {
  const routed = new Set(plan.routes.map((route) => route.service));
  return containers.filter(
    (container) => routed.has(serviceOf(container)) && container.NetworkSettings?.Networks[plan.network] === undefined,
  );
}

function liveSubnets(
  plan: InstancePlan,
  networks: readonly EngineNetwork[],
): { live: Record<string, string>; missing: string[] } {
  const live: Record<string, string> = {};
  const missing: string[] = [];
  for (const [key, name] of Object.entries(plan.subnetNetworks)) {
    const [subnet] = subnetsOf(networks.filter((network) => network.Name === name));
    if (subnet === undefined) missing.push(key);
    else live[key] = subnet;
  }
  return { live, missing };
}

async function ensureNetworks(plan: InstancePlan, options: ApplyInstanceOptions): Promise<Step["status"]> {
  const { engine, paths, pool, domains, record, signal } = options;
  const work = async (): Promise<Step["status"]> => {
    const reserved = await readReservedSubnets(paths, plan);
    const { projectName } = record;
    const { live, missing } = liveSubnets(plan, await engine.listNetworks());
    const besides = missing.length;
    const created = await ensureProjectNetwork(plan.project, { engine, pool, reserved, besides, projectName });
    const fresh = await allocateSubnets(missing.length, { engine, pool, reserved });
    const subnets = { ...live, ...Object.fromEntries(missing.map((key, index) => [key, fresh[index] as string])) };
    await writeOverride(paths, plan, await renderOverride(plan, { record, subnets }));
    const attached = await attachProxy(engine, domains);
    return created || missing.length > 0 || attached.length > 0 ? "done" : "unchanged";
  };
  return await withLock(paths, "proxy", work, { signal });
}

async function createContainers(plan: InstancePlan, options: ApplyInstanceOptions): Promise<Step["status"]> {
  const { build = false, recreate = false } = options;
  const containers = await listInstanceContainers(options.engine, plan.composeProject);
  const before = new Set(containers.map((container) => container.Id));
  const orphans = containers.some((container) => plan.model.services[serviceOf(container)] === undefined);
  if (!build && !recreate && !orphans && missingServices(plan, containers).length === 0) return "unchanged";
  await runCompose(plan, options, [
    "up",
    "--no-start",
    "--remove-orphans",
    ...(build ? ["--build"] : []),
    ...(recreate ? ["--force-recreate"] : []),
  ]);
  const after = await listInstanceContainers(options.engine, plan.composeProject);
  return after.length !== before.size || after.some((container) => !before.has(container.Id)) ? "done" : "unchanged";
}

async function attachAll(plan: InstancePlan, options: ApplyInstanceOptions): Promise<Step["status"]> {
  const { engine, paths, pool, domains, record, signal } = options;
  const work = async (): Promise<Step["status"]> => {
    const { projectName } = record;
    const reserved = await readReservedSubnets(paths);
    await ensureProjectNetwork(plan.project, { engine, pool, reserved, projectName });
    const loose = detached(plan, await listInstanceContainers(engine, plan.composeProject));
    for (const container of loose) await connect(engine, plan.network, container.Id);
    const attached = await attachProxy(engine, domains);
    return loose.length > 0 || attached.length > 0 ? "done" : "unchanged";
  };
  return await withLock(paths, "proxy", work, { signal });
}

async function startContainers(
  plan: InstancePlan,
  options: ApplyInstanceOptions & { readonly deadline: number | undefined },
): Promise<string[]> {
  const { engine, waitMs = 60_000, deadline, signal } = options;
  const containers = await listInstanceContainers(engine, plan.composeProject);
  const unfinished = containers.filter((container) => progressOf(container, plan) !== "done");
  const stopped = unfinished.filter((container) => container.State !== "running");
  if (stopped.length === 0) return [];
  // A one-shot service that has done its work must not run again because another one starts; one that runs and is not
  // healthy yet is named, since Compose lets others wait only for services that it is asked for.
  const awaited = awaitedServices(plan.model);
  const running = containers.filter((container) => container.State === "running" && awaited.has(serviceOf(container)));
  const services = [...new Set([...stopped, ...running].map(serviceOf))].sort();
  const args = ["up", "-d", "--no-deps", "--no-recreate", ...services];
  // Compose is cut short only where it waits: on a slow machine it must still start all that waits for nothing.
  const timeoutMs = deadline === undefined || awaited.size === 0 ? undefined : Math.max(5000, deadline - Date.now());
  try {
    await runCompose(plan, options, args, timeoutMs);
  } catch (error) {
    const after = await listInstanceContainers(engine, plan.composeProject);
    const failed = after.find(
      (container) => unfinished.some(({ Id }) => Id === container.Id) && progressOf(container, plan) === "failed",
    );
    if (signal?.aborted === true) throw error;
    if (failed !== undefined) throw await containerFailed(engine, failed);
    if (waitMs === null || !isCspaceError(error) || error.code !== "CSPACE_WAIT_TIMEOUT") throw error;
    throw await waitTimeout(plan, { engine, containers: after, timeoutMs: waitMs });
  }
  return [...new Set(stopped.map(serviceOf))].sort();
}

async function runCompose(
  plan: InstancePlan,
  options: ApplyInstanceOptions,
  args: readonly string[],
  timeoutMs?: number,
): Promise<void> {
  const { compose, paths, env, signal, onLine } = options;
  const files = [...options.files, overridePath(paths, plan)];
  await compose([...composeArguments({ ...plan, files }), ...args], {
    cwd: plan.directory,
    env,
    signal,
    onLine,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
