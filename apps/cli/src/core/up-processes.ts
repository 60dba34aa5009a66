import { setTimeout } from "node:timers/promises";
import { createStepRunner, type InstanceRecord, previewProxy, readMachineConfig } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import { buildPlan, type Plan } from "@cspace/plan";
import { localUrl } from "@cspace/ports";
import type { Project } from "@cspace/project";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { ensureDaemon, findDaemon, type RunningDaemon } from "../daemon/open-daemon.ts";
import type { CliErrorCode } from "../errors.ts";
import { CommandFailure } from "../output/command-failure.ts";
import { createProgress } from "../output/progress.ts";
import { chooseForUp, type UpRequest, type UpScope } from "./choose-for-up.ts";
import { claimMachine } from "./claim-machine.ts";
import { describeInstance } from "./describe-instance.ts";
import type { Instance, InstanceDocument } from "./documents.ts";
import { hasContainers } from "./has-containers.ts";
import { type Host, openHost } from "./open-host.ts";
import { previewProcesses } from "./preview-processes.ts";
import { readKnown } from "./read-known.ts";
import type { RoutedProcess } from "./read-processes.ts";
import { type ProcessFront, serveProcesses } from "./serve-processes.ts";
import { type OtherRoute, startProcesses } from "./start-processes.ts";

/** What `up` was asked for, of a project that consists of processes. */
export interface UpProcessesRequest {
  readonly request: UpRequest;
  readonly processes: readonly RoutedProcess[];
  readonly args: CommandArgs;
}

/** Starts an instance of a project that consists of processes of the host. */
export async function upProcesses(
  context: Context,
  scope: UpScope,
  { request, processes, args }: UpProcessesRequest,
): Promise<InstanceDocument | { readonly plan: Plan }> {
  const host = await openHost(context);
  const { record } = await chooseForUp(context, claimMachine(host), scope, request);
  if (context.flags.dryRun) {
    const held = (await findDaemon(context))?.status.instances ?? [];
    const proxy = host.machine === undefined ? [] : await previewProxy(host.machine);
    return { plan: buildPlan([...proxy, ...previewProcesses(record, processes, held)]) };
  }
  return await runProcesses(context, { host, record, project: scope.project, processes, args });
}

/** Options of {@link runProcesses}. */
export interface RunProcessesOptions {
  readonly host: Host;
  readonly record: InstanceRecord;
  readonly project: Project;
  readonly processes: readonly RoutedProcess[];
  readonly args: CommandArgs;
}

/** Starts the processes of an instance, serves them, and describes all of the instance. */
export async function runProcesses(
  context: Context,
  { host, record, project, processes, args }: RunProcessesOptions,
): Promise<InstanceDocument> {
  const { domains } = await readMachineConfig(host.paths);
  const progress = await createProgress(context.output, { verbose: context.flags.verbose });
  const steps = createStepRunner(progress.onStep);
  try {
    const running: { daemon?: RunningDaemon; front?: ProcessFront } = {};
    await steps.run("proxy", async () => {
      running.daemon = await ensureDaemon(context);
      running.front = await serveProcesses(context, host, running.daemon);
      return running.front.changed ? "done" : "unchanged";
    });
    const daemon = running.daemon as RunningDaemon;
    const { httpPort } = running.front as ProcessFront;
    const waitMs = args.wait === false ? null : typeof args.wait === "number" ? args.wait * 1000 : 60_000;
    const recreate = args.recreate === true;
    const others = await readOthers(context, record, project);
    await startProcesses(context, {
      record,
      processes,
      others,
      daemon,
      paths: host.paths,
      domains,
      httpPort,
      recreate,
      waitMs,
      steps,
    });
    let instance: Instance | undefined;
    await steps.run("verify", async () => {
      instance = await verifyProcesses(context, record, waitMs === null ? 0 : patienceMs);
      return "done";
    });
    return { instance: instance as Instance, steps: steps.steps };
  } catch (error) {
    throw new CommandFailure(error, { steps: steps.steps });
  } finally {
    progress.stop();
  }
}

/** The routes that containers of the instance serve, where they are now. */
async function readOthers(context: Context, record: InstanceRecord, project: Project): Promise<OtherRoute[]> {
  if (!hasContainers(project)) return [];
  const { instances } = await readKnown(context, record.project);
  const routes = instances.find(({ instance }) => instance === record.instance)?.routes ?? [];
  return routes.flatMap(({ label, bindings, isProcess }) => {
    if (isProcess === true) return [];
    return [{ label, env: project.settings.routes?.[label]?.env ?? [], localUrl: localUrl(bindings ?? []) }];
  });
}

/** How long Traefik may take to hand on what is new, in milliseconds. */
const patienceMs = 3000;

async function verifyProcesses(context: Context, record: InstanceRecord, patience: number): Promise<Instance> {
  for (const end = Date.now() + patience; ; await setTimeout(100)) {
    context.signal.throwIfAborted();
    const { instances, evidence } = await readKnown(context, record.project);
    const found = instances.find((one) => one.instance === record.instance);
    if (found === undefined) {
      throw new CspaceError<CliErrorCode>("CSPACE_INSTANCE_UNKNOWN", `${record.instance} was removed meanwhile`, {
        hint: `start it again: cspace up ${record.instance}`,
      });
    }
    const instance = await describeInstance(found, evidence);
    const settled = instance.routes.every(
      ({ health, browserUrl, localUrl }) => health === "up" && browserUrl !== localUrl,
    );
    if (settled || Date.now() >= end) return instance;
  }
}
