import { getNodeValue, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { checkNode } from "./check-node.ts";
import { checkReferences } from "./check-references.ts";
import type { Settings } from "./settings.ts";
import { issueAt, positionAt, type ReportIssue, type SettingsIssue } from "./settings-issue.ts";
import { settingsSchema } from "./settings-schema.ts";

/** What {@link checkSettings} finds: settings to use, or every reason not to. */
export type CheckedSettings =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly issues: readonly SettingsIssue[] };

/**
 * Checks the text of a `.cspace.json` and lists every mistake at once, in the order of the text; never throws.
 *
 * The text is JSON with comments and trailing commas. While it cannot be parsed, only that is reported.
 *
 * @example
 * ```ts
 * checkSettings('{ "routes": { "dev": { "service": "app", "port": 3000 } } }').ok; //=> true
 * checkSettings('{ "project": 7 }');
 * //=> { ok: false, issues: [{ path: "project", line: 1, column: 14, message: "must be a non-empty text, not 7" }] }
 * ```
 */
export function checkSettings(text: string): CheckedSettings {
  const source = text.replace(/^\uFEFF/, "");
  const errors: ParseError[] = [];
  const root = parseTree(source, errors, { allowTrailingComma: true });
  if (root === undefined || errors.length > 0) return { ok: false, issues: syntaxIssues(source, errors) };

  const issues: SettingsIssue[] = [];
  const report: ReportIssue = (node, message, hint) => issues.push(issueAt(source, node, message, hint));
  checkNode(root, settingsSchema, report);
  checkReferences(root, report);
  if (issues.length === 0) return { ok: true, settings: getNodeValue(root) };
  return { ok: false, issues: issues.sort((a, b) => a.line - b.line || a.column - b.column) };
}

/** One issue a line: what the parser says after the first one on a line is a consequence of it. */
function syntaxIssues(source: string, errors: readonly ParseError[]): SettingsIssue[] {
  const byLine = new Map<number, SettingsIssue>();
  for (const { error, offset } of errors) {
    const position = positionAt(source, offset);
    if (byLine.has(position.line)) continue;
    byLine.set(position.line, { path: "", ...position, message: syntaxMessage(printParseErrorCode(error)) });
  }
  return [...byLine.values()];
}

function syntaxMessage(code: ReturnType<typeof printParseErrorCode>): string {
  return syntaxMessages[code] ?? "is not JSON";
}

const syntaxMessages: Readonly<Record<string, string>> = {
  CloseBraceExpected: 'lacks a "}"',
  CloseBracketExpected: 'lacks a "]"',
  ColonExpected: 'lacks a ":" between a name and its value',
  CommaExpected: 'lacks a "," before this',
  EndOfFileExpected: "goes on after the end of the settings",
  InvalidCharacter: "has a character that JSON does not allow in a text",
  InvalidCommentToken: "has a comment that does not begin with // or /*",
  InvalidEscapeCharacter: "has an escape that JSON does not know",
  InvalidNumberFormat: "has a number that JSON does not know",
  InvalidSymbol: "has a word that JSON does not know; names and texts stand in double quotes",
  InvalidUnicode: "has a \\u that is not followed by four hexadecimal digits",
  PropertyNameExpected: "lacks a name in double quotes",
  UnexpectedEndOfComment: "has a comment that does not end",
  UnexpectedEndOfNumber: "has a number that does not end",
  UnexpectedEndOfString: "has a text that does not end on its line",
  ValueExpected: "lacks a value",
};
