import { existsSync } from "node:fs";
import {
  affectedBy,
  type ContainerAction,
  controlContainers,
  type HomePaths,
  listInstanceContainers,
  markRunning,
  type Step,
  serviceOf,
  unmarkRunning,
} from "@cspace/compose";
import { type DaemonErrorCode, findDaemon, type HeldInstance, isOver, type RunningDaemon } from "@cspace/daemon";
import { CspaceError } from "@cspace/errors";
import { composeProjectName } from "@cspace/hostnames";
import { buildPlan, type Plan, type PlanStep } from "@cspace/plan";
import { requireContract } from "../choose/require-contract.ts";
import { describeInstance } from "../describe/describe-instance.ts";
import { findKnown } from "../describe/find-known.ts";
import type { MachineInstance } from "../describe/merge-instances.ts";
import { verifyInstance } from "../describe/verify-instance.ts";
import type { InstanceDocument } from "../documents.ts";
import { type Host, openHost } from "../machine/open-host.ts";
import { type Context, createContext, type InstanceOptions } from "../options.ts";
import { createStages } from "../up/create-stages.ts";
import { startInstance } from "../up/start-instance.ts";
import { chooseTargets, type Targets } from "./choose-targets.ts";
import { forgetAsleep, thaw } from "./rouse.ts";

/** Options of {@link controlInstance}. */
export interface ControlInstanceOptions extends InstanceOptions {
  /** Labels and services. @default all of the instance */
  readonly targets?: readonly string[] | undefined;
  /** How long routes may take until they answer, in milliseconds; `null`: nothing is waited for. @default 10_000 */
  readonly waitMs?: number | null | undefined;
}

/** What becomes of an instance that is there. */
export type InstanceAction = ContainerAction;

/**
 * Stops, starts or restarts an instance or a part of it: containers in the order of their dependencies, processes of the
 * host all at once. Nothing is made anew and nothing is removed: URLs, volumes and networks stay. Starting all of an
 * instance is {@link startInstance}, which mends what is missing besides; where its directory is gone, it is
 * started as it is.
 *
 * @throws {CspaceError} `CSPACE_INSTANCE_UNKNOWN`, `CSPACE_INSTANCE_AMBIGUOUS`, `CSPACE_LABEL_UNKNOWN`, `CSPACE_DAEMON_FAILED`
 * for a daemon that is too old, and the codes of Compose and of the engine.
 * @example
 * ```ts
 * await controlInstance("stop", { instance: "mercury", targets: ["web"] });
 * ```
 */
export async function controlInstance(
  action: InstanceAction,
  options: ControlInstanceOptions = {},
): Promise<InstanceDocument> {
  const { targets: names = [], waitMs = 10_000 } = options;
  const context = createContext(options);
  const { host, daemon, instance, targets } = await prepare(context, names);
  if (action === "start" && names.length === 0 && existsSync(instance.directory)) {
    // From where it runs, whatever the caller's directory, and under the names that people gave.
    const { directory: cwd, projectName: project, instanceName } = instance;
    return await startInstance({ ...options, cwd, project, instance: instanceName, waitMs });
  }
  const { run, steps } = createStages(context.onStep);
  const rousable = { ...instance, paths: host.paths, machine: host.machine };
  const wasAsleep = await thaw(rousable);
  // A restart is one thing for Compose and for the daemon alike.
  await run(action === "stop" ? "stop" : "start", async () => {
    const changed = await Promise.all([
      controlServices(context, host, { action, instance, targets }),
      controlProcesses(daemon, { action, instance, targets }),
    ]);
    return { changed: changed.includes(true) || wasAsleep };
  });
  if (wasAsleep) await forgetAsleep(context, rousable);
  if (daemon !== undefined && instance.engine !== "docker") {
    await keepMark(host.paths, instance, (await daemon.client.status()).instances);
  }
  const same = { ...options, project: instance.project, instance: instance.instance };
  if (action === "stop") return { instance: await describeInstance(same), steps: steps() };
  const verified = await run("verify", async () => ({
    instance: await verifyInstance({ ...same, patienceMs: waitMs ?? 0 }),
    changed: false,
  }));
  return { instance: verified.instance, steps: steps() as readonly Step[] };
}

/** Tells what {@link controlInstance} would change, and changes nothing. */
export async function planControl(action: InstanceAction, options: ControlInstanceOptions = {}): Promise<Plan> {
  const { host, daemon, instance, targets } = await prepare(createContext(options), options.targets ?? []);
  const composeProject = composeProjectName(instance);
  const containers =
    host.machine === undefined ? [] : await listInstanceContainers(host.machine.engine, composeProject);
  const after = action === "stop" ? "stopped\n" : action === "start" ? "running\n" : "started again\n";
  const affected = targets.services?.length === 0 ? [] : affectedBy(action, containers, targets.services);
  const held = daemon?.status.instances.find(({ record }) => isSame(record, instance))?.routes ?? [];
  const wanted = held.filter(({ label, leased }) => !leased && targets.processes?.includes(label) !== false);
  return buildPlan([
    ...affected.map((container): PlanStep => {
      const path = `docker:container/${composeProject}/${serviceOf(container)}`;
      return { kind: "container", path, before: `${container.State}\n`, after, needsRoot: false };
    }),
    ...wanted
      .filter(({ state }) => action === "restart" || isOver(state) === (action === "start"))
      .map(({ label, state }): PlanStep => {
        const path = `process:${instance.project}/${instance.instance}/${label}`;
        return { kind: "process", path, before: `${state}\n`, after, needsRoot: false };
      }),
  ]);
}

/** Whether any of its processes is to run, those that run by now tell. */
async function keepMark(paths: HomePaths, names: MachineInstance, held: readonly HeldInstance[]): Promise<void> {
  const routes = held.find(({ record }) => isSame(record, names))?.routes ?? [];
  if (routes.some(({ leased, state }) => !leased && !isOver(state))) await markRunning(paths, names);
  else await unmarkRunning(paths, names);
}

interface Prepared {
  readonly host: Host;
  readonly daemon: RunningDaemon | undefined;
  readonly instance: MachineInstance;
  readonly targets: Targets;
}

async function prepare(context: Context, names: readonly string[]): Promise<Prepared> {
  const [{ known, instance }, host, daemon] = await Promise.all([
    findKnown(context),
    openHost(context),
    findDaemon(context),
  ]);
  if (known.silence !== null && instance.engine !== "gateway") throw known.silence;
  requireContract(instance);
  return { host, daemon, instance, targets: chooseTargets(instance, names) };
}

interface Work {
  readonly action: InstanceAction;
  readonly instance: MachineInstance;
  readonly targets: Targets;
}

async function controlServices(
  { signal, onLine }: Context,
  { machine }: Host,
  { action, instance, targets: { services } }: Work,
): Promise<boolean> {
  if (machine === undefined || instance.engine === "gateway" || services?.length === 0) return false;
  return await controlContainers(instance, action, { ...machine, services, signal, onLine });
}

async function controlProcesses(
  daemon: RunningDaemon | undefined,
  { action, instance: { project, instance, engine }, targets: { processes } }: Work,
): Promise<boolean> {
  if (daemon === undefined || engine === "docker" || processes?.length === 0) return false;
  const labels = await daemon.client.control({ project, instance, action, labels: processes });
  if (labels !== undefined) return labels.length > 0;
  throw new CspaceError<DaemonErrorCode>("CSPACE_DAEMON_FAILED", "the daemon that runs is too old for this", {
    hint: `let this version take over, which keeps what runs: cspace up ${instance}`,
  });
}

const isSame = (one: { project: string; instance: string }, other: { project: string; instance: string }): boolean =>
  one.project === other.project && one.instance === other.instance;
