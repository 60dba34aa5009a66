import { setTimeout } from "node:timers/promises";
import { type Instance, type ListInstancesOptions, listInstances } from "@cspace/instances";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { instanceOptions } from "../instance-options.ts";
import { noteGarbage } from "../output/note-garbage.ts";
import { renderInstance } from "../output/render-instance.ts";

interface ListDocument {
  readonly instances: readonly Instance[];
}

/** Lists the instances of the project, or of all; with `--watch` again whenever something changes. */
export async function run(context: Context, args: CommandArgs): Promise<ListDocument | undefined> {
  const options = {
    ...instanceOptions(context),
    all: args.all === true,
    stats: args.stats === true,
    furtherPorts: context.flags.verbose,
  };
  if (args.watch !== true) {
    const instances = await listInstances(options);
    await noteGarbage(context);
    return { instances };
  }
  await watch(context, options);
  return undefined;
}

/** Renders the instances for people. */
export function render({ instances }: ListDocument, { output }: Context): string {
  if (instances.length === 0) return "no instances; start one: cspace up";
  return instances.map((instance) => renderInstance(instance, output, { where: true })).join("\n\n");
}

/** Once a second: the engine's events do not tell whether a route answers. */
async function watch(context: Context, options: ListInstancesOptions): Promise<void> {
  const { output, signal } = context;
  let before = "";
  let told = false;
  while (!signal.aborted) {
    const document = { instances: await listInstances(told ? { ...options, onNote: undefined } : options) };
    told = true;
    const text = JSON.stringify(document);
    if (text !== before) {
      before = text;
      if (output.json) output.line(document);
      else output.text(`${output.live ? "\u001b[2J\u001b[H" : ""}${render(document, context)}\n`);
    }
    await setTimeout(1000, undefined, { signal }).catch(() => undefined);
  }
  signal.throwIfAborted();
}
