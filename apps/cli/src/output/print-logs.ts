import type { LogLine, LogSource } from "@cspace/instances";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import type { ExitWith } from "../exit-with.ts";
import { followLogs } from "./follow-logs.ts";

/** Prints logs, with `--follow` as they come: `name | line`, or JSON Lines. */
export async function printLogs(
  context: Context,
  sources: readonly LogSource[],
  args: CommandArgs,
): Promise<ExitWith | undefined> {
  const { signal } = context;
  const follow = args.follow === true;
  const options = { follow, ...(typeof args.tail === "number" ? { tail: args.tail } : {}) };
  const print = async (source: LogSource, index: number): Promise<void> => {
    const write = createWriter(context, source, { sources, index });
    for await (const line of source.read(options)) write(line);
    signal.throwIfAborted();
  };
  if (follow) return await followLogs(context, () => Promise.all(sources.map(print)));
  for (const [index, source] of sources.entries()) await print(source, index);
  return undefined;
}

/** Names are as wide as the widest of their kind; containers differ in colour, too. */
function createWriter(
  { output }: Context,
  { name, kind }: LogSource,
  { sources, index }: { readonly sources: readonly LogSource[]; readonly index: number },
): (line: LogLine) => void {
  const { style } = output;
  const width = Math.max(...sources.filter((one) => one.kind === kind).map((one) => one.name.length));
  const colors = [style.cyan, style.yellow, style.green, style.magenta, style.blue];
  const color = (kind === "process" ? style.cyan : colors[index % colors.length]) as (text: string) => string;
  return ({ stream, line, ...when }) => {
    if (output.json) output.line({ service: name, stream, line, ...when });
    else output.text(`${color(name.padEnd(width))} ${style.dim("|")} ${stream === "note" ? style.dim(line) : line}\n`);
  };
}
