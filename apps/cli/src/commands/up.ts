import type { InstanceRecord } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import { toSlug } from "@cspace/hostnames";
import { buildPlan, type Plan, renderPlan } from "@cspace/plan";
import type { Project } from "@cspace/project";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { chooseForUp, type UpScope } from "../core/choose-for-up.ts";
import type { InstanceDocument } from "../core/documents.ts";
import { endLeftProcesses } from "../core/end-left-processes.ts";
import { namedInstance, readScope } from "../core/find-instance.ts";
import { hasContainers } from "../core/has-containers.ts";
import { mergeSteps } from "../core/merge-steps.ts";
import { openCompose } from "../core/open-compose.ts";
import type { RoutedProcess } from "../core/read-processes.ts";
import { readStack, type Stack } from "../core/read-stack.ts";
import { renderInstance } from "../core/render-instance.ts";
import type { CliErrorCode } from "../errors.ts";
import { createProgress } from "../output/progress.ts";

/** Starts or reconnects to an instance. */
export async function run(context: Context, args: CommandArgs): Promise<InstanceDocument | { plan: Plan }> {
  const scope = await readScope(context);
  if (scope.project === undefined) throw noProject(context, scope.projectName);
  const { project } = scope;
  const name = namedInstance(context, args.instance);
  const request = { name, fresh: args.new === true };
  const processes = await findProcesses(project);
  if (processes.length > 0 && !hasContainers(project)) {
    const { upProcesses } = await import("../core/up-processes.ts");
    return await upProcesses(context, { ...scope, project }, { request, processes, args });
  }
  if (!hasContainers(project)) throw nothingToStart(project);
  // Compose reads the files while the engine is asked, and while what is slow to load is loaded.
  const early = readEarly(context, { ...scope, project }, request.name);
  early.catch(() => undefined);
  const { openEngine } = await import("../core/open-engine.ts");
  const machine = await openEngine(context);
  const target = await chooseForUp(context, machine, { ...scope, project }, request);
  const stack = (await early) ?? (await readStack(context, machine, project, target.record));
  const { startInstance } = await import("../core/start-instance.ts");
  const progress = await createProgress(context.output, { verbose: context.flags.verbose });
  try {
    const started = await startInstance({ context, machine, project, processes, target, stack, progress, args });
    if ("plan" in started) return { plan: await planAll(context, started.plan, { record: target.record, processes }) };
    if (processes.length === 0) {
      await endLeftProcesses(context, target.record);
      return started;
    }
    const { runProcesses } = await import("../core/up-processes.ts");
    const host = { machine, paths: machine.paths, noEngine: null };
    const { instance, steps } = await runProcesses(context, { host, record: target.record, project, processes, args });
    return { instance, steps: mergeSteps(started.steps, steps) };
  } finally {
    progress.stop();
  }
}

/** Loads what finds processes only where there may be some: most projects of containers have none. */
async function findProcesses(project: Project): Promise<readonly RoutedProcess[]> {
  if (project.settings.processes === undefined && hasContainers(project)) return [];
  return await (await import("../core/read-processes.ts")).readProcesses(project);
}

/** The plan of the containers, and beside it that of the processes. */
async function planAll(
  context: Context,
  plan: Plan,
  { record, processes }: { readonly record: InstanceRecord; readonly processes: readonly RoutedProcess[] },
): Promise<Plan> {
  if (processes.length === 0) return plan;
  const { findDaemon } = await import("../daemon/open-daemon.ts");
  const { previewProcesses } = await import("../core/preview-processes.ts");
  const held = (await findDaemon(context))?.status.instances ?? [];
  return buildPlan([...plan.steps, ...previewProcesses(record, processes, held)]);
}

function noProject({ cwd }: Context, projectName: string): CspaceError<CliErrorCode> {
  return new CspaceError(
    "CSPACE_PROJECT_NOT_FOUND",
    `no project in ${cwd} or above it, so nothing of ${projectName} to start`,
    {
      hint: "go to the project's directory, or name it: --cwd <dir>",
    },
  );
}

function nothingToStart({ directory }: Project): CspaceError<CliErrorCode> {
  const message = `${directory} has nothing to start: no compose file, no \`dev\` script, and no \`processes\` in .cspace.json`;
  return new CspaceError("CSPACE_NO_SERVICES", message, {
    hint: "add one of them, for example a `dev` script to package.json; then: cspace up",
  });
}

/** Renders what `up` did. */
export function render(data: InstanceDocument | { plan: Plan }, { output }: Context): string {
  return "plan" in data ? renderPlan(data.plan) : renderInstance(data.instance, output);
}

/** The stack of an instance whose name is known before the engine is asked, where reading it writes nothing. */
async function readEarly(context: Context, scope: UpScope, name: string | undefined): Promise<Stack | undefined> {
  if (name === undefined || scope.project.settings.container !== undefined) return undefined;
  const instance = toSlug(name).slug;
  return await readStack(context, await openCompose(context), scope.project, { project: scope.projectSlug, instance });
}
