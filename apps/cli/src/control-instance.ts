import {
  controlInstance,
  describeInstance,
  type InstanceAction,
  type InstanceDocument,
  type InstanceOptions,
  planControl,
} from "@cspace/instances";
import { type Plan, renderPlan } from "@cspace/plan";
import type { CommandArgs } from "./command.ts";
import type { Context } from "./context.ts";
import { instanceOptions } from "./instance-options.ts";
import { renderInstance } from "./output/render-instance.ts";
import { withProgress } from "./output/with-progress.ts";

/** What stopping and starting gives: that of `up`. */
export type ControlDocument = InstanceDocument | { readonly plan: Plan };

/** Stops, starts or restarts what the arguments name. */
export async function control(context: Context, action: InstanceAction, args: CommandArgs): Promise<ControlDocument> {
  const options = {
    ...instanceOptions(context),
    targets: args.target as readonly string[] | undefined,
    ...waitOf(args),
  };
  return await runControl(context, options, { action, run: (all) => controlInstance(action, all) });
}

/** Changes how an instance runs, and shows it as `up` does; with `--dry-run` only what would become of its parts. */
export async function runControl<Options extends InstanceOptions>(
  context: Context,
  options: Options,
  { action, run }: { readonly action: InstanceAction; readonly run: (options: Options) => Promise<InstanceDocument> },
): Promise<ControlDocument> {
  const { flags } = context;
  if (flags.dryRun) return { plan: await planControl(action, options) };
  return await withProgress(
    context,
    (listeners) => run({ ...options, ...listeners }),
    async () =>
      flags.json
        ? await describeInstance({ ...options, signal: undefined }).then(
            (instance) => ({ instance }),
            () => ({}),
          )
        : {},
  );
}

/** How long the options of a command let routes take. */
function waitOf({ wait }: CommandArgs): { readonly waitMs: number | null | undefined } {
  return { waitMs: wait === false ? null : typeof wait === "number" ? wait * 1000 : undefined };
}

/** Renders what was done as `up` does. */
export function renderControl(data: ControlDocument, { output }: Context): string {
  return "plan" in data ? renderPlan(data.plan) : renderInstance(data.instance, output);
}
