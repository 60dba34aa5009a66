import { readComposeModel, readMachineConfig } from "@cspace/compose";
import { composeProjectName } from "@cspace/hostnames";
import { type Plan, renderPlan } from "@cspace/plan";
import type { Project } from "@cspace/project";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { chooseForUp } from "../core/choose-for-up.ts";
import type { InstanceDocument } from "../core/documents.ts";
import { readScope, type Scope } from "../core/find-instance.ts";
import { openEngine } from "../core/open-engine.ts";
import { readStackFiles } from "../core/read-stack.ts";
import { renderInstance } from "../core/render-instance.ts";
import { createProgress } from "../output/progress.ts";

/** Starts or reconnects to an instance. */
export async function run(context: Context, args: CommandArgs): Promise<InstanceDocument | { plan: Plan }> {
  const [scope, machine] = await Promise.all([readScope(context), openEngine(context)]);
  const { project } = requireProject(scope);
  const name = typeof args.instance === "string" ? args.instance : context.flags.instance;
  const request = { name, fresh: args.new === true };
  const [target, config] = await Promise.all([
    chooseForUp(context, machine, { ...scope, project }, request),
    readMachineConfig(machine.paths),
  ]);
  const { record } = target;
  const files = await readStackFiles(machine, project, record);
  const env = {
    CSPACE_PROJECT: record.project,
    CSPACE_INSTANCE: record.instance,
    CSPACE_DOMAIN: config.domains[0] as string,
  };
  const { directory } = project;
  const composeProject = composeProjectName(record);
  const { compose } = machine;
  const model = readComposeModel({ compose, directory, files, composeProject, env, signal: context.signal });
  // What is slow to load is loaded while Compose reads the files; a failure of either is reported below.
  model.catch(() => undefined);
  const { startInstance } = await import("../core/start-instance.ts");
  const progress = await createProgress(context.output, { verbose: context.flags.verbose });
  try {
    return await startInstance({ context, machine, project, target, config, files, env, model, progress, args });
  } finally {
    progress.stop();
  }
}

/** Renders what `up` did. */
export function render(data: InstanceDocument | { plan: Plan }, { output }: Context): string {
  return "plan" in data ? renderPlan(data.plan) : renderInstance(data.instance, output);
}

function requireProject(scope: Scope): Scope & { readonly project: Project } {
  if (scope.project !== undefined) return { ...scope, project: scope.project };
  throw new TypeError("`up` needs the project of a directory");
}
