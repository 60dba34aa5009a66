import { getNodePath, type Node } from "jsonc-parser";
import { quoteText } from "./quote-text.ts";

/** One mistake in a settings file. */
export interface SettingsIssue {
  /** Where in the settings: `routes.dev.port`, `compose[0]`; empty for the file as a whole. */
  readonly path: string;
  /** Counted from 1; 0 when the text was not at hand. */
  readonly line: number;
  /** Counted from 1, in UTF-16 code units as editors count; 0 when the text was not at hand. */
  readonly column: number;
  /** What is wrong, as the rest of a sentence that the path begins. */
  readonly message: string;
  /** What to write instead. */
  readonly hint?: string;
}

/** Notes a mistake at a node of the parsed file. */
export type ReportIssue = (node: Node, message: string, hint?: string) => void;

/** The issue at a node of a text. */
export function issueAt(text: string, node: Node, message: string, hint?: string): SettingsIssue {
  const issue = { path: formatPath(getNodePath(node)), ...positionAt(text, node.offset), message };
  return hint === undefined ? issue : { ...issue, hint };
}

/** Line and column, both counted from 1, of an offset in a text. */
export function positionAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
}

/** A path as people write it: `compose[0]`, `routes.dev`, `routes["My app"]`. */
export function formatPath(path: readonly (string | number)[]): string {
  const parts = path.map((part) => {
    if (typeof part === "number") return `[${part}]`;
    return /^[\w$-]+$/.test(part) ? `.${part}` : `[${quoteText(part)}]`;
  });
  return parts.join("").replace(/^\./, "");
}
