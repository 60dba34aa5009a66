import {
  createStepRunner,
  forgetInstance,
  listInstances,
  previewRemoval,
  readRecords,
  removeInstance,
  type Step,
} from "@cspace/compose";
import { composeProjectName, isSlug, toSlug } from "@cspace/hostnames";
import { buildPlan, type Plan, renderPlan } from "@cspace/plan";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import type { ClaimMachine } from "../core/choose-for-up.ts";
import { claimMachine } from "../core/claim-machine.ts";
import { describeGone } from "../core/describe-instance.ts";
import type { Instance } from "../core/documents.ts";
import { mayHaveContainers, namedInstance, pickInstance, readScope, type Scope } from "../core/find-instance.ts";
import { type MachineInstance, mergeInstances } from "../core/machine-instances.ts";
import { openEngine } from "../core/open-engine.ts";
import { type Host, openHost } from "../core/open-host.ts";
import { previewProcesses } from "../core/preview-processes.ts";
import { findDaemon } from "../daemon/open-daemon.ts";
import type { HeldInstance } from "../daemon/protocol.ts";
import { CommandFailure } from "../output/command-failure.ts";
import { createProgress } from "../output/progress.ts";

type DownDocument =
  | { readonly instance: Instance; readonly steps: readonly Step[] }
  | { readonly instances: readonly Instance[]; readonly steps: readonly Step[] }
  | { readonly plan: Plan };

/** Removes an instance, or all of a project. */
export async function run(context: Context, args: CommandArgs): Promise<DownDocument> {
  const [scope, host, daemon] = await Promise.all([readScope(context), openHost(context), findDaemon(context)]);
  if (host.machine === undefined && daemon === undefined && mayHaveContainers(scope)) await openEngine(context);
  const held = (daemon?.status.instances ?? []).filter(({ record }) => record.project === scope.projectSlug);
  const volumes = args.volumes === true;
  const targets = await findTargets(context, host, scope, { args, held });
  if (context.flags.dryRun) {
    const { machine } = host;
    const containers = machine === undefined ? [] : await previewRemoval(targets, { ...machine, volumes });
    return { plan: buildPlan([...targets.flatMap((one) => previewProcesses(one, [], held)), ...containers]) };
  }
  const progress = await createProgress(context.output, { verbose: context.flags.verbose });
  const { onStep, onLine } = progress;
  const processes = createStepRunner(onStep);
  const steps: Step[] = [];
  try {
    for (const target of targets) {
      if (target.engine !== "docker") {
        await processes.run("stop", async () => ((await daemon?.client.stop(target)) === true ? "done" : "unchanged"));
      }
      if (host.machine !== undefined && target.engine !== "gateway") {
        const removal = { ...host.machine, volumes, signal: context.signal, onStep, onLine };
        steps.push(...(await removeInstance(target, removal)));
      } else if (volumes) await forgetInstance(host.paths, target);
    }
  } catch (error) {
    throw new CommandFailure(error, { steps: [...processes.steps, ...steps] });
  } finally {
    progress.stop();
  }
  const gone = targets.map(describeGone);
  const all = [...processes.steps, ...steps];
  const [first] = gone;
  return args.all === true || first === undefined ? { instances: gone, steps: all } : { instance: first, steps: all };
}

/** Renders what `down` did. */
export function render(data: DownDocument): string {
  if ("plan" in data) return renderPlan(data.plan);
  const all = "instances" in data ? data.instances : [data.instance];
  if (all.length === 0) return "no instance to remove";
  return all.map(({ instance, project }) => `removed ${instance} of ${project}`).join("\n");
}

async function findTargets(
  context: Context,
  host: Host,
  scope: Scope,
  { args, held }: { readonly args: CommandArgs; readonly held: readonly HeldInstance[] },
): Promise<readonly MachineInstance[]> {
  const { machine } = host;
  const project = scope.projectSlug;
  const live = mergeInstances(
    machine === undefined ? [] : await listInstances({ engine: machine.engine, project }),
    held,
  );
  const name = namedInstance(context, args.instance);
  if (args.all === true && args.volumes !== true) return live;
  const named = name === undefined ? undefined : toSlug(name).slug;
  const left = await readLeftovers(claimMachine(host), scope, named, live);
  if (args.all === true) return [...live, ...left.map(({ listed }) => listed)];
  // Unnamed and without `--volumes`, one that only has volumes is down already.
  const removable = left.filter(({ bare }) => named !== undefined || args.volumes === true || !bare);
  return [pickInstance([...live, ...removable.map(({ listed }) => listed)], { scope, name })];
}

interface Leftover {
  readonly listed: MachineInstance;
  /** Whether nothing but its record and its volumes is left. */
  readonly bare: boolean;
}

/** The instances without containers of cspace's, of which a record, a network or a volume is left. */
async function readLeftovers(
  { engine, paths }: ClaimMachine,
  { projectSlug, projectName }: Scope,
  named: string | undefined,
  live: readonly MachineInstance[],
): Promise<readonly Leftover[]> {
  const [records, containers, networks, volumes] = await Promise.all([
    readRecords(paths, projectSlug),
    engine.listContainers({ all: true }),
    engine.listNetworks(),
    engine.listVolumes(),
  ]);
  const projectsOf = (
    all: readonly { readonly Labels?: Readonly<Record<string, string>> | null | undefined }[],
  ): Set<string> => new Set(all.flatMap(({ Labels }) => Labels?.["com.docker.compose.project"] ?? []));
  const [busy, kept] = [projectsOf([...containers, ...networks]), projectsOf(volumes)];
  const prefix = `${projectSlug}--`;
  const candidates = new Set([
    ...records.map(({ instance }) => instance),
    ...[...busy, ...kept].flatMap((one) => (one.startsWith(prefix) ? one.slice(prefix.length) : [])),
    ...(named === undefined ? [] : [named]),
  ]);
  const empty = {
    engine: "docker",
    domain: undefined,
    state: "stopped",
    routes: [],
    ports: [],
    services: [],
    containers: [],
  } as const;
  return [...candidates].filter(isSlug).flatMap((instance) => {
    const composeProject = composeProjectName({ project: projectSlug, instance });
    const record = records.find((one) => one.instance === instance);
    const nothing = record === undefined && !busy.has(composeProject) && !kept.has(composeProject);
    if (nothing || live.some((one) => one.instance === instance)) return [];
    const names = { project: projectSlug, instance, projectName, instanceName: instance };
    return [{ listed: { directory: "", ...names, ...record, ...empty }, bare: !busy.has(composeProject) }];
  });
}
