import { isDeepStrictEqual } from "node:util";
import { CspaceError, isCspaceError } from "@cspace/errors";
import type { EngineReader } from "../engine/open-engine-reader.ts";
import { requireCompose } from "../engine/run-compose.ts";
import { withLock } from "../home/with-lock.ts";
import { serviceOf } from "./container-state.ts";
import { hasOrphans, isComplete, missingServices } from "./instance-state.ts";
import { attachAll, ensureNetworks, type JoinNetworksOptions } from "./join-networks.ts";
import type { InstancePlan } from "./plan-instance.ts";
import { removeContainers } from "./remove-containers.ts";
import { type RunForInstanceOptions, runForInstance } from "./run-for-instance.ts";
import { createStepRunner, type OnStep, type Step } from "./run-steps.ts";
import { startContainers } from "./start-containers.ts";
import { listInstanceContainers, waitForInstance } from "./wait-for-instance.ts";

/** Options of {@link applyInstance}. */
export interface ApplyInstanceOptions extends JoinNetworksOptions, RunForInstanceOptions {
  /** Build images first. @default false */
  readonly build?: boolean;
  /** Make every container anew. @default false */
  readonly recreate?: boolean;
  /** How long containers may take to be done, in milliseconds; `null`: do not wait. @default 60_000 */
  readonly waitMs?: number | null;
  /**
   * Whether containers of services go that the plan does not have, though the files do: those of profiles that are off.
   * @default false
   */
  readonly dropsDisabled?: boolean;
  readonly onStep?: OnStep | undefined;
  /** Plans again once all images are there, where the plan depends on what is in them. @default as it was planned */
  readonly replan?: (() => Promise<InstancePlan>) | undefined;
  /** Called when all is made and attached, and nothing is started yet. */
  readonly onStart?: ((plan: InstancePlan) => void) | undefined;
  /** The engine as it was a moment ago, to tell whether there is anything to do. @default the engine itself */
  readonly snapshot?: EngineReader | undefined;
}

/** What {@link applyInstance} did. */
export interface AppliedInstance {
  /** What was applied. */
  readonly plan: InstancePlan;
  readonly steps: readonly Step[];
  /** The services whose containers were started by this run. */
  readonly started: readonly string[];
  /** When the time for waiting is up, as `Date.now()` counts; `undefined` when nothing is waited for, or nothing was. */
  readonly deadline: number | undefined;
  /** Whether all was as planned, so that nothing was done. */
  readonly untouched: boolean;
}

/**
 * Makes an instance run as planned, in the one order that works: the project's network and the proxy on it, containers
 * created, all attached, then started and waited for. Where every container is as planned and done, Compose is not
 * called at all.
 *
 * @throws {CspaceError} with the codes of Compose, the engine, the networks and the wait; what was running before runs on.
 */
export async function applyInstance(first: InstancePlan, options: ApplyInstanceOptions): Promise<AppliedInstance> {
  let plan = first;
  const { engine, compose, paths, build = false, recreate = false, waitMs = 60_000, signal } = options;
  const { steps, run } = createStepRunner(options.onStep);
  let started: string[] = [];
  const now = { ...options, engine: options.snapshot ?? engine };
  if (!build && !recreate && (await isComplete(plan, now))) {
    for (const name of ["networks", "create", "attach", "start"] as const) await run(name, async () => "unchanged");
    await run("wait", async () => (waitMs === null ? "skipped" : "unchanged"));
    return { plan, steps, started, deadline: undefined, untouched: true };
  }
  const create = async (): Promise<void> => {
    await requireCompose(compose, plan.directory);
    await run("networks", () => ensureNetworks(plan, options));
    await run("create", async () => {
      const status = await createContainers(plan, options);
      if (status === "unchanged") return status;
      plan = (await options.replan?.()) ?? plan;
      if (isDeepStrictEqual(plan.hashes, first.hashes)) return status;
      await ensureNetworks(plan, options);
      await createContainers(plan, { ...options, build: false, recreate: false });
      return status;
    });
    await run("attach", () => attachAll(plan, options));
  };
  try {
    await withLock(paths, `instance-${plan.composeProject}`, create, { signal });
  } catch (error) {
    if (signal?.aborted !== true) await removeBare(plan, options);
    throw error;
  }
  options.onStart?.(plan);
  const deadline = waitMs === null ? undefined : Date.now() + waitMs;
  // One at a time, so that a one-shot service runs once; with a lock of its own, so that `down` need not wait for it.
  const start = async (): Promise<Step["status"]> => {
    started = await startContainers(plan, { ...options, waitMs, deadline });
    return started.length > 0 ? "done" : "unchanged";
  };
  await run("start", () => withLock(paths, `start-${plan.composeProject}`, start, { signal }));
  await run("wait", async () => {
    if (waitMs === null) return "skipped";
    await waitForInstance(plan, { engine, timeoutMs: waitMs, deadline, signal });
    return "unchanged";
  });
  return { plan, steps, started, deadline, untouched: false };
}

/** Networks without a container are nothing that anybody would look for. */
async function removeBare(plan: InstancePlan, { engine, compose, paths }: ApplyInstanceOptions): Promise<void> {
  try {
    const containers = await listInstanceContainers(engine, plan.composeProject);
    if (containers.length === 0) await removeContainers(plan, { engine, compose, paths });
  } catch {
    // Why it failed matters more; `down` removes them too.
  }
}

async function createContainers(plan: InstancePlan, options: ApplyInstanceOptions): Promise<Step["status"]> {
  const { build = false, recreate = false } = options;
  const containers = await listInstanceContainers(options.engine, plan.composeProject);
  const before = new Set(containers.map((container) => container.Id));
  if (!build && !recreate && !hasOrphans(plan, containers) && missingServices(plan, containers).length === 0)
    return "unchanged";
  const flags = [...(build ? ["--build"] : []), ...(recreate ? ["--force-recreate"] : [])];
  try {
    await runForInstance(plan, options, ["up", "--no-start", "--remove-orphans", ...flags, ...(plan.part ?? [])]);
  } catch (error) {
    if (!isCspaceError(error)) throw error;
    // Compose names the image, and not who wants it.
    const services = Object.keys(plan.model.services).filter((name) => {
      const image = plan.services[name]?.image?.image ?? plan.model.services[name]?.image;
      return image !== undefined && error.message.startsWith(`the image ${image} `);
    });
    if (services.length === 0) throw error;
    const { code, message, hint, cause } = error;
    throw new CspaceError(code, `${services.join(", ")}: ${message}`, { ...(hint && { hint }), cause });
  }
  const after = await listInstanceContainers(options.engine, plan.composeProject);
  const disabled = after.filter((container) => plan.model.services[serviceOf(container)] === undefined);
  if (options.dropsDisabled === true) for (const { Id } of disabled) await options.engine.removeContainer(Id);
  return after.length !== before.size || after.some((container) => !before.has(container.Id)) ? "done" : "unchanged";
}
