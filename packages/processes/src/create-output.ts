import type { Readable } from "node:stream";
import type { ProcessLog } from "./create-log.ts";
import type { LogLine } from "./log-line.ts";
import { createLineSplitter, type LineSplitter } from "./split-lines.ts";

/** The output of a process, over all its starts. */
export interface ProcessOutput {
  /**
   * Takes what a stream gives until it ends; the log's pace holds the stream back. What has no end for a while, such as a
   * question, is written to the log as a line of its own, and what follows on it as another one.
   */
  take(stream: Readable, kind: "out" | "err"): Promise<void>;
  /** Writes a line of one's own. */
  note(text: string): Promise<void>;
  /** The last lines of the process, also one that has no end yet, without the notes. */
  lastLines(count: number): readonly string[];
  /** The same, of what it has written since the last `begin`. */
  linesOfRun(count: number): readonly string[];
  /** A new run begins. */
  begin(): void;
}

/** Options of {@link createOutput}. */
export interface CreateOutputOptions {
  /** Where the lines are written. */
  readonly log: ProcessLog | null;
  /** How many lines stay in memory. */
  readonly keepLines: number;
}

/** How long what has no end may be held back from the log, in milliseconds. */
const unendedMs = 500;

/** Makes lines with a time of what a process writes. */
export function createOutput({ log, keepLines }: CreateOutputOptions): ProcessOutput {
  const open = new Set<LineSplitter>();
  let kept: string[] = [];
  let total = 0;
  let before = 0;

  const unended = (): readonly string[] => [...open].map(({ rest }) => rest).filter((rest) => rest !== "");

  const keep = (texts: readonly string[]): void => {
    if (texts.length === 0) return;
    kept = kept.concat(texts).slice(-keepLines);
    total += texts.length;
  };
  const write = async (stream: LogLine["stream"], texts: readonly string[]): Promise<void> => {
    if (texts.length === 0) return;
    const time = new Date().toISOString();
    await log?.append(texts.map((text) => ({ time, stream, text })));
  };

  return {
    async take(stream, kind) {
      const splitter = createLineSplitter();
      open.add(splitter);
      /** How much of what has no end yet is in the log. */
      let written = 0;
      let timer: NodeJS.Timeout | undefined;
      const add = async ([first, ...others]: readonly string[]): Promise<void> => {
        if (first === undefined) return;
        keep([first, ...others]);
        const end = first.slice(written);
        const isWritten = written > 0 && end === "";
        written = 0;
        await write(kind, isWritten ? others : [end, ...others]);
      };
      const writeUnended = (): void => {
        timer = undefined;
        const text = splitter.rest.slice(written);
        written = splitter.rest.length;
        // Should it be an end of Windows, its other half is to come.
        if (text !== "") void write(kind, [text.replace(/\r$/, "")]);
      };
      stream.setEncoding("utf8");
      try {
        for await (const piece of stream) {
          await add(splitter.push(String(piece)));
          if (splitter.rest.length > written) timer ??= setTimeout(writeUnended, unendedMs);
        }
      } finally {
        clearTimeout(timer);
        open.delete(splitter);
        await add(splitter.end());
      }
    },
    note: (text) => write("note", [text]),
    lastLines: (count) => last([...kept, ...unended()], count),
    linesOfRun: (count) => last([...last(kept, total - before), ...unended()], count),
    begin() {
      before = total;
    },
  };
}

function last(lines: readonly string[], count: number): readonly string[] {
  return lines.slice(Math.max(0, lines.length - count));
}
