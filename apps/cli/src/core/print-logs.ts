import { readLogs } from "@cspace/compose";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import type { Machine } from "./open-engine.ts";

/** A container whose log is printed under a name. */
export interface LogSource {
  readonly container: string;
  readonly name: string;
}

/** Prints the logs of containers as they come: `name | line`, or JSON Lines. */
export async function printLogs(
  context: Context,
  machine: Machine,
  sources: readonly LogSource[],
  args: CommandArgs,
): Promise<void> {
  const { output, signal } = context;
  const follow = args.follow === true;
  const tail = typeof args.tail === "number" ? args.tail : 100;
  const width = Math.max(0, ...sources.map(({ name }) => name.length));
  const colors = [output.style.cyan, output.style.yellow, output.style.green, output.style.magenta, output.style.blue];
  const print = async ({ container, name }: LogSource, index: number): Promise<void> => {
    const color = colors[index % colors.length] as (text: string) => string;
    for await (const { stream, line } of readLogs(machine.engine, container, { follow, tail, signal })) {
      if (output.json) output.line({ service: name, stream, line });
      else output.text(`${color(name.padEnd(width))} ${output.style.dim("|")} ${line}\n`);
    }
  };
  if (follow) await Promise.all(sources.map(print));
  else for (const [index, source] of sources.entries()) await print(source, index);
  signal.throwIfAborted();
}
