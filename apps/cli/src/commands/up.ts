import { describeInstance, type InstanceDocument, planStart, startInstance } from "@cspace/instances";
import { type Plan, renderPlan } from "@cspace/plan";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { instanceOptions } from "../instance-options.ts";
import { noteGarbage } from "../output/note-garbage.ts";
import { renderInstance } from "../output/render-instance.ts";
import { withProgress } from "../output/with-progress.ts";

/** Starts or reconnects to an instance. */
export async function run(context: Context, args: CommandArgs): Promise<InstanceDocument | { plan: Plan }> {
  const { flags } = context;
  const options = {
    ...instanceOptions(context),
    names: args.name as readonly string[] | undefined,
    fresh: args.new === true,
    yes: flags.yes,
    build: args.build === true,
    recreate: args.recreate === true,
    profiles: args.profile as readonly string[] | undefined,
    envFiles: args.envFile as readonly string[] | undefined,
    scale: args.scale === undefined ? undefined : Object.fromEntries(args.scale as readonly [string, number][]),
    waitMs: args.wait === false ? null : typeof args.wait === "number" ? args.wait * 1000 : undefined,
  };
  if (flags.dryRun) return { plan: await planStart(options) };
  let chosen = {};
  const onChosen = (names: object): void => {
    chosen = names;
  };
  const document = await withProgress(
    context,
    (listeners) => startInstance({ ...options, ...listeners, onChosen }),
    // Why `up` failed matters more than that the instance could not be described either.
    async () =>
      flags.json
        ? await describeInstance({ ...options, signal: undefined, ...chosen }).then(
            (instance) => ({ instance }),
            () => ({}),
          )
        : {},
  );
  await noteGarbage(context);
  return document;
}

/** Renders what `up` did. */
export function render(data: InstanceDocument | { plan: Plan }, { output }: Context): string {
  return "plan" in data ? renderPlan(data.plan) : renderInstance(data.instance, output);
}
