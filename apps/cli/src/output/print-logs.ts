import type { LogLine, LogSource } from "@cspace/instances";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { ExitWith } from "../exit-with.ts";

/** Where logs come from: those that there are, and with `--follow` also those that there will be. */
export interface LogSources {
  readonly open: () => Promise<readonly LogSource[]>;
  readonly follow: () => AsyncIterable<LogSource>;
}

/** Prints logs, with `--follow` as they come until Ctrl-C: `name | line`, or JSON Lines. */
export async function printLogs(
  context: Context,
  sources: LogSources,
  args: CommandArgs,
): Promise<ExitWith | undefined> {
  const { signal, output } = context;
  const follow = args.follow === true;
  const options = { follow, tail: args.tail as number | undefined, since: args.since as Date | undefined };
  const known: LogSource[] = [];
  const print = async (source: LogSource): Promise<void> => {
    for await (const line of source.read(options)) writeLine(context, known, source, line);
    signal.throwIfAborted();
  };
  if (!follow) {
    known.push(...(await sources.open()));
    for (const source of known) await print(source);
    return undefined;
  }
  try {
    const printed: Promise<void>[] = [];
    for await (const source of sources.follow()) {
      known.push(source);
      // A failure of one ends all, as soon as it is waited for.
      printed.push(print(source));
      printed.at(-1)?.catch(() => undefined);
    }
    await Promise.all(printed);
    return undefined;
  } catch (error) {
    // Who reads JSON Lines is told that they are cut off.
    if (!signal.aborted || output.json) throw error;
    return new ExitWith(exitCodes.interrupted);
  }
}

/** Names are as wide as the widest of their kind; services differ in colour, too. */
function writeLine(
  { output }: Context,
  known: readonly LogSource[],
  { name, kind }: LogSource,
  { stream, line, ...when }: LogLine,
): void {
  if (output.json) {
    output.line({ service: name, stream, line, ...when });
    return;
  }
  const { style } = output;
  const names = [...new Set(known.filter((one) => one.kind === kind).map((one) => one.name))];
  const width = Math.max(...names.map((one) => one.length));
  const colors = [style.cyan, style.yellow, style.green, style.magenta, style.blue];
  const color = (kind === "process" ? style.cyan : colors[names.indexOf(name) % colors.length]) as typeof style.cyan;
  output.text(`${color(name.padEnd(width))} ${style.dim("|")} ${stream === "note" ? style.dim(line) : line}\n`);
}
