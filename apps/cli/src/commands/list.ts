import { existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { isCspaceError } from "@cspace/errors";
import { toSlug } from "@cspace/hostnames";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { describeInstance } from "../core/describe-instance.ts";
import type { Instance } from "../core/documents.ts";
import { mayHaveContainers, readScope } from "../core/find-instance.ts";
import { answerMs } from "../core/open-reader.ts";
import { readKnown } from "../core/read-known.ts";
import { renderInstance } from "../core/render-instance.ts";

interface ListDocument {
  readonly instances: readonly Instance[];
}

/** Lists the instances of the project, or of all; with `--watch` again whenever something changes. */
export async function run(context: Context, args: CommandArgs): Promise<ListDocument | undefined> {
  const filter = await readFilter(context, args.all === true);
  if (args.watch !== true) return { instances: await readInstances(context, filter) };
  await watch(context, filter);
  return undefined;
}

/** Renders the instances for people. */
export function render({ instances }: ListDocument, { output }: Context): string {
  if (instances.length === 0) return "no instances; start one: cspace up";
  return instances.map((instance) => renderInstance(instance, output)).join("\n\n");
}

/** Whose instances are listed. */
interface Filter {
  /** `undefined`: of every project. */
  readonly project: string | undefined;
  readonly containers: boolean;
}

async function readFilter(context: Context, all: boolean): Promise<Filter> {
  try {
    const scope = await readScope(context);
    return { project: all ? undefined : scope.projectSlug, containers: mayHaveContainers(scope) };
  } catch (error) {
    const outside = isCspaceError(error) && error.code === "CSPACE_PROJECT_NOT_FOUND" && existsSync(context.cwd);
    if (outside || all) return { project: undefined, containers: true };
    throw error;
  }
}

async function readInstances(context: Context, { project, containers }: Filter): Promise<Instance[]> {
  const { instances, evidence, silence, daemonSilence } = await readKnown(context, project, {
    engineMs: answerMs,
    containers,
  });
  // Which of them run, the engine alone can tell.
  if (silence !== null) throw silence;
  if (daemonSilence !== null && instances.length === 0) throw daemonSilence;
  const name = context.flags.instance === undefined ? undefined : toSlug(context.flags.instance).slug;
  const wanted = instances.filter((one) => name === undefined || one.instance === name);
  return await Promise.all(wanted.map((one) => describeInstance(one, evidence)));
}

/** Once a second: the engine's events do not tell whether a route answers. */
async function watch(context: Context, filter: Filter): Promise<void> {
  const { output, signal } = context;
  let before = "";
  while (!signal.aborted) {
    const document = { instances: await readInstances(context, filter) };
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
