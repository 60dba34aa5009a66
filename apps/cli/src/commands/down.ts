import {
  type InstanceDocument,
  type InstancesDocument,
  planRemoval,
  removeInstance,
  removeInstances,
} from "@cspace/instances";
import { type Plan, renderPlan } from "@cspace/plan";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { instanceOptions } from "../instance-options.ts";
import { withProgress } from "../output/with-progress.ts";

type DownDocument = InstanceDocument | InstancesDocument | { readonly plan: Plan };

/** Removes an instance, or all of a project. */
export async function run(context: Context, args: CommandArgs): Promise<DownDocument> {
  const all = args.all === true;
  const options = { ...instanceOptions(context, args.instance), volumes: args.volumes === true };
  if (context.flags.dryRun) return { plan: await planRemoval({ ...options, all }) };
  return await withProgress<DownDocument>(context, (listeners) => {
    const remove = { ...options, ...listeners };
    return all ? removeInstances(remove) : removeInstance(remove);
  });
}

/** Renders what `down` did. */
export function render(data: DownDocument): string {
  if ("plan" in data) return renderPlan(data.plan);
  if ("instance" in data) return `removed ${data.instance.instance} of ${data.instance.project}`;
  if (data.instances.length === 0) return "no instance to remove";
  // Of all of them, whose they were.
  const lines = data.instances.map(({ instance, project, directory }) => `${instance} of ${project}, of ${directory}`);
  return lines.map((line) => `removed ${line.replace(/, of $/, "")}`).join("\n");
}
