import {
  type ListedInstance,
  listInstances,
  previewRemoval,
  readRecords,
  removeInstance,
  type Step,
} from "@cspace/compose";
import { toSlug } from "@cspace/hostnames";
import { buildPlan, type Plan, renderPlan } from "@cspace/plan";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { describeGone } from "../core/describe-instance.ts";
import type { Instance } from "../core/documents.ts";
import { pickInstance, readScope, type Scope } from "../core/find-instance.ts";
import { type Machine, openEngine } from "../core/open-engine.ts";
import { CommandFailure } from "../output/command-failure.ts";
import { createProgress } from "../output/progress.ts";

type DownDocument =
  | { readonly instance: Instance; readonly steps: readonly Step[] }
  | { readonly instances: readonly Instance[]; readonly steps: readonly Step[] }
  | { readonly plan: Plan };

/** Removes an instance, or all of a project. */
export async function run(context: Context, args: CommandArgs): Promise<DownDocument> {
  const [scope, machine] = await Promise.all([readScope(context), openEngine(context)]);
  const volumes = args.volumes === true;
  const targets = await findTargets(context, machine, scope, args);
  if (context.flags.dryRun) {
    return { plan: buildPlan(await previewRemoval(targets, { ...machine, volumes })) };
  }
  const progress = await createProgress(context.output, { verbose: context.flags.verbose });
  const steps: Step[] = [];
  try {
    for (const target of targets) {
      const { onStep, onLine } = progress;
      steps.push(...(await removeInstance(target, { ...machine, volumes, signal: context.signal, onStep, onLine })));
    }
  } catch (error) {
    throw new CommandFailure(error, { steps });
  } finally {
    progress.stop();
  }
  const gone = targets.map(describeGone);
  const [first] = gone;
  return args.all === true || first === undefined ? { instances: gone, steps } : { instance: first, steps };
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
  machine: Machine,
  scope: Scope,
  args: CommandArgs,
): Promise<readonly ListedInstance[]> {
  const live = await listInstances({ engine: machine.engine, project: scope.projectSlug });
  if (args.all === true) return live;
  const name = typeof args.instance === "string" ? args.instance : context.flags.instance;
  if (name !== undefined) {
    const left = await findLeftover(machine, scope, toSlug(name).slug, live);
    if (left !== undefined) return [left];
  }
  return [pickInstance(live, { scope, name })];
}

/** An instance without containers, of which a record, a network or a volume is left. */
async function findLeftover(
  { engine, paths }: Machine,
  { projectSlug, projectName }: Scope,
  instance: string,
  live: readonly ListedInstance[],
): Promise<ListedInstance | undefined> {
  if (live.some((one) => one.instance === instance)) return undefined;
  const label = [`com.docker.compose.project=${projectSlug}--${instance}`];
  const [records, containers, networks, volumes] = await Promise.all([
    readRecords(paths, projectSlug),
    engine.listContainers({ all: true, filters: { label } }),
    engine.listNetworks({ filters: { label } }),
    engine.listVolumes({ filters: { label } }),
  ]);
  const record = records.find((one) => one.instance === instance);
  if (record === undefined && containers.length + networks.length + volumes.length === 0) return undefined;
  const names = { project: projectSlug, instance, projectName, instanceName: instance };
  const empty = { domain: undefined, state: "stopped", routes: [], ports: [], services: [], containers: [] } as const;
  return { directory: "", ...names, ...record, ...empty };
}
