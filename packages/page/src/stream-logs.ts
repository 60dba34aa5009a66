import { followLogs, type InstanceOptions, type LogLine, type LogSource, printable } from "@cspace/instances";
import type { PageLogLine } from "./model.ts";
import type { EventStream } from "./respond.ts";

/** A line that is longer is cut: a page cannot show it. */
const maxLine = 20_000;

/** How many lines are sent as one event, at most. */
const maxBatch = 200;

/** Sends what an instance prints, the last lines first and then what follows, at the pace of who reads it. */
export async function streamLogs(
  events: EventStream,
  {
    options,
    label,
    tail,
  }: { readonly options: InstanceOptions; readonly label: string | undefined; readonly tail: number },
): Promise<void> {
  const { signal } = events;
  let batch: PageLogLine[] = [];
  const flush = (): void => {
    if (batch.length > 0) events.send({ lines: batch });
    batch = [];
  };
  const timer = setInterval(flush, 100);
  const add = async (source: LogSource, line: LogLine): Promise<void> => {
    batch.push(toPageLine(source, line));
    if (batch.length >= maxBatch) flush();
    if (events.isFull()) await events.drained();
  };
  const reading: Promise<void>[] = [];
  try {
    for await (const source of followLogs({ ...options, label, signal })) {
      reading.push(readSource(source, { tail, signal, add }));
    }
    await Promise.all(reading);
  } catch (error) {
    if (!signal.aborted) events.send({ trouble: error instanceof Error ? error.message : String(error) });
  } finally {
    clearInterval(timer);
    flush();
    events.end();
  }
}

async function readSource(
  source: LogSource,
  {
    tail,
    signal,
    add,
  }: {
    readonly tail: number;
    readonly signal: AbortSignal;
    readonly add: (source: LogSource, line: LogLine) => Promise<void>;
  },
): Promise<void> {
  const lines = source.read({ follow: true, tail });
  const stop = (): void => void lines.return(undefined);
  signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const line of lines) {
      if (signal.aborted) return;
      await add(source, line);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Colours go along, as the program wrote them; all else that a terminal would do something with does not. */
function toPageLine({ name }: LogSource, { stream, line, time }: LogLine): PageLogLine {
  return { source: name, stream, line: printable(line.slice(0, maxLine), { colors: true }), time: time ?? null };
}
