import {
  type InstanceDocument,
  type InstancesDocument,
  planRemoval,
  type RemoveInstanceOptions,
  removeInstance,
  removeInstances,
} from "@cspace/instances";
import { type Plan, renderPlan } from "@cspace/plan";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { instanceOptions } from "../instance-options.ts";
import { withProgress } from "../output/with-progress.ts";
import { confirmPlans } from "../prompts/confirm-plans.ts";
import { declined } from "../prompts/declined.ts";

type DownDocument = InstanceDocument | InstancesDocument | { readonly plan: Plan };

/** Removes an instance, or all of a project. */
export async function run(context: Context, args: CommandArgs): Promise<DownDocument> {
  const all = args.all === true;
  const options = {
    ...instanceOptions(context, args.instance),
    volumes: args.volumes === true,
    images: args.images === true,
  };
  if (context.flags.dryRun) return { plan: await planRemoval({ ...options, all }) };
  if (all && options.volumes && context.terminal !== undefined && !context.flags.yes)
    await confirmAll(context, options);
  return await withProgress<DownDocument>(context, (listeners) => {
    const remove = { ...options, ...listeners };
    return all ? removeInstances(remove) : removeInstance(remove);
  });
}

/** Volumes are data: who removes those of all instances sees once more what goes. */
async function confirmAll(context: Context, options: RemoveInstanceOptions): Promise<void> {
  const proposal = {
    plan: await planRemoval({ ...options, all: true }),
    title: "all instances, with their volumes",
    question: "Remove all of it?",
  };
  const [agreed] = await confirmPlans(context, [proposal]);
  if (agreed !== true) throw declined();
}

/** Renders what `down` did. */
export function render(data: DownDocument): string {
  if ("plan" in data) return renderPlan(data.plan);
  if ("instance" in data) return `removed ${data.instance.instance} of ${data.instance.project}`;
  if (data.instances.length === 0) return "no instance to remove";
  // Of all of them, whose they were.
  const whose = (directory: string): string => (directory === "" ? "" : `, of ${directory}`);
  return data.instances
    .map(({ instance, project, directory }) => `removed ${instance} of ${project}${whose(directory)}`)
    .join("\n");
}
