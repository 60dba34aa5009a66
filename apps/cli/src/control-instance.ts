import {
  controlInstance,
  describeInstance,
  type InstanceAction,
  type InstanceDocument,
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
  const { flags } = context;
  const options = {
    ...instanceOptions(context),
    targets: args.target as readonly string[] | undefined,
    waitMs: args.wait === false ? null : typeof args.wait === "number" ? args.wait * 1000 : undefined,
  };
  if (flags.dryRun) return { plan: await planControl(action, options) };
  return await withProgress(
    context,
    (listeners) => controlInstance(action, { ...options, ...listeners }),
    async () =>
      flags.json
        ? await describeInstance({ ...options, signal: undefined }).then(
            (instance) => ({ instance }),
            () => ({}),
          )
        : {},
  );
}

/** Renders what was done as `up` does. */
export function renderControl(data: ControlDocument, { output }: Context): string {
  return "plan" in data ? renderPlan(data.plan) : renderInstance(data.instance, output);
}
