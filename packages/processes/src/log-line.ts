/** One line of a process's output, or of what was done with it. */
export interface LogLine {
  /** When it was read, as ISO 8601 in UTC, to the millisecond. */
  readonly time: string;
  /** `out` and `err` are the process's; `note` is what its supervisor says of it. */
  readonly stream: "out" | "err" | "note";
  readonly text: string;
}

/** A line as it stands in a log; logs of several processes are merged by sorting their lines. */
export function formatLogLine({ time, stream, text }: LogLine): string {
  return `${time} ${stream.padEnd(4)} ${text}\n`;
}

/** Reads a line of a log; what is none, such as one that was cut, has no time of its own and is given the fallback. */
export function parseLogLine(line: string, fallback: string): LogLine {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (out |err |note) (.*)$/s.exec(line);
  if (match === null) return { time: fallback, stream: "note", text: line };
  const [, time = "", stream, text = ""] = match;
  return { time, stream: stream?.trim() as LogLine["stream"], text };
}
