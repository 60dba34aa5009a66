import { CspaceError } from "@cspace/errors";
import type { DockerEngine, EngineContainer } from "../engine/docker-engine.ts";
import type { EngineReader } from "../engine/open-engine-reader.ts";
import { readLastLines } from "../engine/read-container-logs.ts";
import type { ComposeErrorCode } from "../errors.ts";
import { awaitedServices } from "../model/compose-model.ts";
import { containerProgress, exitCode, isServiceContainer, isYoung, readHealth, serviceOf } from "./container-state.ts";
import { describeHealthCheck } from "./describe-health-check.ts";
import type { InstancePlan } from "./plan-instance.ts";

/** Options of {@link waitForInstance}. */
export interface WaitForInstanceOptions {
  readonly engine: DockerEngine;
  /** In milliseconds. */
  readonly timeoutMs: number;
  /** When the time is up, as `Date.now()` counts. @default `timeoutMs` from now */
  readonly deadline?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Waits until every container of an instance is done, by the Engine's state.
 *
 * @throws {CspaceError} `CSPACE_CONTAINER_FAILED` for one that exited or is unhealthy, `CSPACE_WAIT_TIMEOUT` for one
 * that does neither in time; both with the last lines of its log. What runs is left running.
 */
export async function waitForInstance(plan: InstancePlan, options: WaitForInstanceOptions): Promise<void> {
  const { engine, timeoutMs, deadline = Date.now() + timeoutMs, signal } = options;
  for (;;) {
    signal?.throwIfAborted();
    const containers = await listInstanceContainers(engine, plan.composeProject);
    const progress = containers.map((container) => ({ container, progress: progressOf(container, plan) }));
    const failed = progress.find((one) => one.progress === "failed");
    if (failed !== undefined) throw await containerFailed(engine, failed.container);
    const pending = progress.find((one) => one.progress === "pending");
    if (pending === undefined) return;
    const late = Date.now() >= deadline;
    if (late && progress.every((one) => one.progress === "done" || isYoung(one.container))) return;
    if (late) throw await waitTimeout(plan, { engine, containers, timeoutMs });
    await new Promise((done) => setTimeout(done, 50));
  }
}

/**
 * Asserts that no container of an instance has failed since it was waited for, or is ended and started over and over.
 *
 * @throws {CspaceError} `CSPACE_CONTAINER_FAILED`
 */
export async function requireNoFailure(plan: InstancePlan, engine: DockerEngine): Promise<void> {
  const containers = await listInstanceContainers(engine, plan.composeProject);
  const failed = containers.find(
    (container) => container.State === "restarting" || progressOf(container, plan) === "failed",
  );
  if (failed !== undefined) throw await containerFailed(engine, failed);
}

/** The containers of an instance's services. */
export async function listInstanceContainers(
  engine: Pick<EngineReader, "listContainers">,
  composeProject: string,
): Promise<readonly EngineContainer[]> {
  const label = [`com.docker.compose.project=${composeProject}`];
  return (await engine.listContainers({ all: true, filters: { label } })).filter(isServiceContainer);
}

/** How far a container of the plan is; one of a service that the plan does not know, or leaves alone, is none of its business. */
export function progressOf(container: EngineContainer, plan: InstancePlan): "done" | "pending" | "failed" {
  const service = plan.model.services[serviceOf(container)];
  if (service === undefined || plan.part?.includes(serviceOf(container)) === false) return "done";
  return containerProgress(
    container,
    service,
    plan.routes.some((route) => route.service === serviceOf(container)),
  );
}

/**
 * The error for a container that exited, keeps exiting, or is unhealthy.
 *
 * @throws {CspaceError} the engine's, which ends its containers when it ends.
 */
export async function containerFailed(
  engine: DockerEngine,
  container: EngineContainer,
): Promise<CspaceError<ComposeErrorCode>> {
  await requireLasting(engine);
  const code = exitCode(container);
  const kept =
    container.State === "restarting"
      ? `keeps exiting${code === undefined ? "" : ` with code ${code}`} and is restarted`
      : await describeUnhealthy(engine, container, "is unhealthy");
  const what = container.State === "restarting" || code === undefined ? kept : `exited with code ${code}`;
  return new CspaceError(
    "CSPACE_CONTAINER_FAILED",
    await withLog(engine, container, `the service ${serviceOf(container)} ${what}`),
    {
      hint: `read all of it: cspace logs ${serviceOf(container)}`,
    },
  );
}

/** The error for an instance that takes too long, about the container that the others wait for. */
export async function waitTimeout(
  plan: InstancePlan,
  options: {
    readonly engine: DockerEngine;
    readonly containers: readonly EngineContainer[];
    readonly timeoutMs: number;
  },
): Promise<CspaceError<ComposeErrorCode>> {
  const { engine, containers, timeoutMs } = options;
  const pending = containers.filter((container) => progressOf(container, plan) === "pending");
  const awaited = awaitedServices(plan.model);
  const container =
    pending.find(({ State }) => State === "running") ??
    containers.find((one) => one.State === "running" && awaited.has(serviceOf(one))) ??
    pending[0];
  if (container === undefined) {
    return new CspaceError("CSPACE_WAIT_TIMEOUT", `the instance was not started within ${timeoutMs / 1000} s`, {
      hint: "the same command again goes on with it",
    });
  }
  const late = `after ${timeoutMs / 1000} s`;
  const state =
    readHealth(container) === "starting"
      ? await describeUnhealthy(engine, container, `is still not healthy ${late}`)
      : `is still ${container.State} ${late}`;
  const message = `the service ${serviceOf(container)} ${state}`;
  return new CspaceError("CSPACE_WAIT_TIMEOUT", await withLog(engine, container, message), {
    hint: `it is left running; give it longer: cspace up --wait ${Math.ceil((timeoutMs / 1000) * 2) || 60}`,
  });
}

/** An engine that is about to end still answers while its containers end. */
async function requireLasting(engine: DockerEngine): Promise<void> {
  await new Promise((done) => setTimeout(done, lastingMs));
  await engine.listNetworks();
}

const lastingMs = 300;

async function describeUnhealthy(engine: DockerEngine, container: EngineContainer, what: string): Promise<string> {
  const detail = await engine.inspectContainer(container.Id);
  const check = detail === undefined ? "" : describeHealthCheck(detail);
  return check === "" ? what : `${what}: ${check}`;
}

/** What is said of a container, and the end of its log. */
async function withLog(engine: DockerEngine, container: EngineContainer, what: string): Promise<string> {
  const lines = await readLastLines(engine, container.Id, 10);
  // Behind what a health check printed, on a line of its own.
  const goesOn = what.includes("\n") ? "\n" : "; ";
  return lines.length === 0
    ? `${what}${goesOn}its log is empty`
    : `${what}${goesOn}the end of its log:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}
