import { existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { listInstances } from "@cspace/compose";
import { isCspaceError } from "@cspace/errors";
import { toSlug } from "@cspace/hostnames";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { describeInstance } from "../core/describe-instance.ts";
import type { Instance } from "../core/documents.ts";
import { readScope } from "../core/find-instance.ts";
import { answerMs, openReader, type Reader } from "../core/open-reader.ts";
import { readEvidence } from "../core/read-evidence.ts";
import { renderInstance } from "../core/render-instance.ts";

interface ListDocument {
  readonly instances: readonly Instance[];
}

/** Lists the instances of the project, or of all; with `--watch` again whenever something changes. */
export async function run(context: Context, args: CommandArgs): Promise<ListDocument | undefined> {
  const [project, reader] = await Promise.all([readFilter(context, args.all === true), openReader(context)]);
  if (args.watch !== true) return { instances: await readInstances(context, reader, project) };
  await watch(context, reader, project);
  return undefined;
}

/** Renders the instances for people. */
export function render({ instances }: ListDocument, { output }: Context): string {
  if (instances.length === 0) return "no instances; start one: cspace up";
  return instances.map((instance) => renderInstance(instance, output)).join("\n\n");
}

async function readFilter(context: Context, all: boolean): Promise<string | undefined> {
  if (all) return undefined;
  try {
    return (await readScope(context)).projectSlug;
  } catch (error) {
    const outside = isCspaceError(error) && error.code === "CSPACE_PROJECT_NOT_FOUND" && existsSync(context.cwd);
    if (outside) return undefined;
    throw error;
  }
}

async function readInstances(context: Context, reader: Reader, project: string | undefined): Promise<Instance[]> {
  const end = performance.now() + answerMs;
  const [listed, evidence] = await Promise.all([
    listInstances({ engine: reader.engine, project }),
    readEvidence(context, reader),
  ]);
  const name = context.flags.instance === undefined ? undefined : toSlug(context.flags.instance).slug;
  const wanted = listed.filter((one) => name === undefined || one.instance === name);
  const timeoutMs = Math.max(1, end - performance.now());
  return await Promise.all(wanted.map((one) => describeInstance(one, { ...evidence, timeoutMs })));
}

/** Once a second: the engine's events do not tell whether a route answers. */
async function watch(context: Context, reader: Reader, project: string | undefined): Promise<void> {
  const { output, signal } = context;
  let before = "";
  while (!signal.aborted) {
    const document = { instances: await readInstances(context, reader, project) };
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
