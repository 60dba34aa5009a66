import type { Readable } from "node:stream";
import type { ProcessLog } from "./create-log.ts";
import type { LogLine } from "./log-line.ts";
import { createLineSplitter, type LineSplitter } from "./split-lines.ts";

/** The output of a process, over all its starts. */
export interface ProcessOutput {
  /** Takes what a stream gives until it ends; the log's pace holds the stream back. */
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

/** Makes lines with a time of what a process writes. */
export function createOutput({ log, keepLines }: CreateOutputOptions): ProcessOutput {
  const open = new Set<LineSplitter>();
  let kept: string[] = [];
  let total = 0;
  let before = 0;

  const unended = (): readonly string[] => [...open].map(({ rest }) => rest).filter((rest) => rest !== "");

  const add = async (stream: LogLine["stream"], texts: readonly string[]): Promise<void> => {
    if (texts.length === 0) return;
    const time = new Date().toISOString();
    if (stream !== "note") {
      kept = kept.concat(texts).slice(-keepLines);
      total += texts.length;
    }
    await log?.append(texts.map((text) => ({ time, stream, text })));
  };

  return {
    async take(stream, kind) {
      const splitter = createLineSplitter();
      open.add(splitter);
      stream.setEncoding("utf8");
      try {
        for await (const piece of stream) await add(kind, splitter.push(String(piece)));
      } finally {
        open.delete(splitter);
        await add(kind, splitter.end());
      }
    },
    note: (text) => add("note", [text]),
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
