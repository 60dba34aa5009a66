/** Cuts text that comes in pieces into lines. */
export interface LineSplitter {
  /** The lines that a piece completes. */
  push(text: string): readonly string[];
  /** What has no end yet: a question, a progress bar; `""` when there is nothing. */
  readonly rest: string;
  /** Gives the rest as a line. */
  end(): readonly string[];
}

/** Longer lines are cut, so that output without any line break does not fill the memory. In UTF-16 units. */
const maxLength = 16_384;

/** A line ends with a line feed; a carriage return before it is dropped. */
export function createLineSplitter(): LineSplitter {
  let rest = "";
  return {
    push(text) {
      const parts = (rest + text).split("\n");
      rest = parts.pop() ?? "";
      const lines = parts.flatMap(cut);
      while (rest.length > maxLength) {
        lines.push(rest.slice(0, maxLength));
        rest = rest.slice(maxLength);
      }
      return lines;
    },
    get rest() {
      return rest;
    },
    end() {
      const last = rest === "" ? [] : cut(rest);
      rest = "";
      return last;
    },
  };
}

function cut(line: string): string[] {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line;
  const parts = [text.slice(0, maxLength)];
  for (let start = maxLength; start < text.length; start += maxLength) parts.push(text.slice(start, start + maxLength));
  return parts;
}
