import { collectGarbage, type Garbage, type GarbageDocument } from "@cspace/instances";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { instanceOptions } from "../instance-options.ts";
import type { Output } from "../output/output.ts";
import { renderAge, renderBytes } from "../output/quantities.ts";
import { renderTable } from "../output/table.ts";
import { withProgress } from "../output/with-progress.ts";

/** Shows what is left of instances whose directory is gone, and with `--yes` removes it. */
export async function run(context: Context, args: CommandArgs): Promise<GarbageDocument> {
  const { flags } = context;
  const options = {
    ...instanceOptions(context),
    volumes: args.volumes === true,
    keepVolumesMs: args.keepVolumes as number | undefined,
    apply: flags.yes && !flags.dryRun,
  };
  return await withProgress(context, (listeners) => collectGarbage({ ...options, ...listeners }));
}

/** Renders what goes, and how to let it go. */
export function render({ garbage, applied }: GarbageDocument, { output }: Context): string {
  if (garbage.length === 0) return "nothing is left of directories that are gone";
  const { style } = output;
  const bytes = garbage.reduce((sum, one) => sum + one.bytes, 0);
  const blocks = garbage.map((one) => renderOne(one, output));
  const all = `${applied ? "removed" : "in all"} ${renderBytes(bytes)}`;
  const stays = garbage.some(({ volumes }) => volumes.some(({ goes }) => !goes));
  const hints = [
    ...(applied ? [] : ["remove it: cspace gc --yes"]),
    ...(stays ? ["volumes stay; with them: cspace gc --yes --volumes"] : []),
  ];
  return [...blocks, [all, ...hints.map((hint) => style.dim(hint))].join("\n")].join("\n\n");
}

function renderOne(
  { project, instance, directory, usedAt, containers, processes, networks, images, volumes }: Garbage,
  { style }: Output,
): string {
  const age = usedAt === null ? "" : `, ran ${renderAge(Date.now() - Date.parse(usedAt))} ago`;
  const count = (number: number, word: string): string[][] =>
    number === 0 ? [] : [[`  ${number} ${word}${number === 1 ? "" : "s"}`]];
  const rows = [
    ...count(containers, "container"),
    ...count(processes.length, "process").map(([text = ""]) => [text.replace("processs", "processes")]),
    ...count(networks.length, "network"),
    ...images.map(({ name, bytes }) => ["  image", name, renderBytes(bytes)]),
    ...volumes.map(({ name, bytes, goes }) => [
      "  volume",
      name,
      bytes === null ? style.dim("-") : renderBytes(bytes),
      goes ? "" : style.dim("stays"),
    ]),
  ];
  const head = `${style.bold(instance)} ${style.dim(`of ${project}`)}  ${style.yellow(`${directory} is gone`)}${style.dim(age)}`;
  return [head, renderTable(rows)].filter((part) => part !== "").join("\n");
}
