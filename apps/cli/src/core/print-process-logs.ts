import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { homePaths, instanceFolder } from "@cspace/compose";
import { readLog } from "@cspace/processes";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";

/** The labels of an instance whose processes have written a log. */
export async function readLoggedLabels(
  { env }: Context,
  names: { readonly project: string; readonly instance: string },
): Promise<string[]> {
  try {
    const files = await readdir(logFolder(env, names));
    return files.filter((file) => file.endsWith(".log")).map((file) => file.slice(0, -".log".length));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** What the streams are called in documents; a note is cspace's own, about how the process starts and ends. */
const streams = { out: "stdout", err: "stderr", note: "note" } as const;

/** Prints what processes of the host wrote: `label | line`, or JSON Lines. */
export async function printProcessLogs(
  context: Context,
  names: { readonly project: string; readonly instance: string },
  labels: readonly string[],
  args: CommandArgs,
): Promise<void> {
  const { env, output, signal } = context;
  const { style } = output;
  const folder = logFolder(env, names);
  const follow = args.follow === true;
  const tail = typeof args.tail === "number" ? args.tail : 100;
  const width = Math.max(0, ...labels.map((label) => label.length));
  const print = async (label: string): Promise<void> => {
    for await (const { time, stream, text } of readLog(folder, label, { follow, tail, signal })) {
      const shown = stream === "note" ? style.dim(text) : text;
      if (output.json) output.line({ service: label, stream: streams[stream], line: text, time });
      else output.text(`${style.cyan(label.padEnd(width))} ${style.dim("|")} ${shown}\n`);
    }
  };
  if (follow) await Promise.all(labels.map(print));
  else for (const label of labels) await print(label);
  signal.throwIfAborted();
}

function logFolder(env: NodeJS.ProcessEnv, names: { readonly project: string; readonly instance: string }): string {
  return join(instanceFolder(homePaths({ env }), names), "logs");
}
