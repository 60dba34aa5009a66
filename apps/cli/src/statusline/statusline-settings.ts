import { CspaceError } from "@cspace/errors";
import { type FileState, type PlanStep, planFile, planProperty, planPropertyRemoval } from "@cspace/plan";
import { applyEdits, type Edit, type Node, type ParseError, parseTree } from "jsonc-parser";
import type { CliErrorCode } from "../errors.ts";
import { readOwnCommand, writeBeside, writeRest } from "./statusline-command.ts";

const byteOrderMark = "\ufeff";

/** Options of {@link planStatusline}. */
export interface PlanStatuslineOptions {
  /** What calls cspace in a POSIX shell, quoted for it: `cspace`, or `/usr/bin/node /opt/cspace/bin/cspace.js`. */
  readonly program: string;
}

/**
 * The step that makes cspace the status line of Claude Code's settings; `undefined` when it is already. Pure. A status
 * line that is there goes on beside it, and everything else in the file stays as it is written.
 *
 * @throws {CspaceError} `CSPACE_CLAUDE_SETTINGS_INVALID` for a file that is no JSON object, `CSPACE_STATUSLINE_UNKNOWN`
 * for a status line that is no command.
 */
export function planStatusline(file: FileState, { program }: PlanStatuslineOptions): PlanStep | undefined {
  const command = JSON.stringify(`${program} statusline`);
  if (file.kind === "missing") return planFile(file, renderFile(command));
  const settings = readSettings(file);
  if (settings.statusLine === undefined) {
    const line = `{ "type": "command", "command": ${command}, "padding": 0 }`;
    const value = { line, lines: (indent: string) => renderLines(command, indent) };
    return write(file, planProperty(settings.text, settings.root, { key: "statusLine", value }));
  }
  const literal = findCommand(settings.statusLine);
  if (literal === undefined) throw unknownStatusline(file);
  const body = bodyOf(settings.text, literal);
  const own = readOwnCommand(body);
  const after = own === undefined ? writeBeside(program, body) : writeRest(program, own.rest);
  return write(file, [replaceBody(literal, after)]);
}

/**
 * The step that takes cspace out of Claude Code's settings: the command that worked beside it is back as it was spelled,
 * or the status line is gone; a file that holds nothing but what {@link planStatusline} wrote is removed. `undefined`
 * when the status line is not cspace's. Pure.
 *
 * Every file is byte for byte what it was before {@link planStatusline}, but for a status line that called cspace even
 * then: that one goes.
 *
 * @throws {CspaceError} `CSPACE_CLAUDE_SETTINGS_INVALID` for a file that is no JSON object.
 */
export function planStatuslineRemoval(file: FileState): PlanStep | undefined {
  if (file.kind === "missing") return undefined;
  const settings = readSettings(file);
  const literal = settings.statusLine === undefined ? undefined : findCommand(settings.statusLine);
  if (settings.statusLine === undefined || literal === undefined) return undefined;
  const body = bodyOf(settings.text, literal);
  const own = readOwnCommand(body);
  if (own === undefined) return undefined;
  if (own.beside !== undefined) return write(file, [replaceBody(literal, own.beside)]);
  if (file.content === renderFile(`"${body}"`)) return planFile(file, null);
  return write(file, planPropertyRemoval(settings.text, settings.root, settings.statusLine));
}

/** The command of the status line in the text of such a file; `null` when there is none. */
export function readStatuslineCommand(content: string | null): string | null {
  const root = parseTree(content?.replace(byteOrderMark, "") ?? "");
  const statusLine = root === undefined ? undefined : findProperty(root, "statusLine");
  return (statusLine === undefined ? undefined : findCommand(statusLine))?.value ?? null;
}

interface Settings {
  readonly text: string;
  readonly root: Node;
  /** The property, of which the last one counts. */
  readonly statusLine: Node | undefined;
}

type PresentFile = Extract<FileState, { kind: "file" }>;

function readSettings(file: PresentFile): Settings {
  const text = file.content.startsWith(byteOrderMark) ? file.content.slice(1) : file.content;
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (root?.type !== "object" || first !== undefined) throw invalidSettings(file, text, first);
  return { text, root, statusLine: findProperty(root, "statusLine") };
}

function write(file: PresentFile, edits: readonly Edit[]): PlanStep | undefined {
  const mark = file.content.startsWith(byteOrderMark) ? byteOrderMark : "";
  return planFile(file, mark + applyEdits(file.content.slice(mark.length), [...edits]));
}

/** The text of a file that holds nothing else; no edit of another file comes out like it. */
function renderFile(command: string): string {
  return `{\n  "statusLine": ${renderLines(command, "  ")}\n}\n`;
}

function renderLines(command: string, indent: string): string {
  const fields = [`"type": "command"`, `"command": ${command}`, `"padding": 0`];
  return `{\n${fields.map((field) => `${indent}${indent}${field}`).join(",\n")}\n${indent}}`;
}

/** The text that is the command of a status line; `undefined` when that has another form. */
function findCommand(statusLine: Node): Node | undefined {
  const value = statusLine.children?.[1];
  if (value?.type !== "object") return undefined;
  const [type, command] = ["type", "command"].map((key) => findProperty(value, key)?.children?.[1]);
  return type?.value === "command" && command?.type === "string" ? command : undefined;
}

function findProperty({ children = [] }: Node, key: string): Node | undefined {
  return children.findLast((property) => property.children?.[0]?.value === key);
}

function bodyOf(text: string, { offset, length }: Node): string {
  return text.slice(offset + 1, offset + length - 1);
}

function replaceBody({ offset, length }: Node, content: string): Edit {
  return { offset: offset + 1, length: length - 2, content };
}

function invalidSettings({ path }: FileState, text: string, error: ParseError | undefined): CspaceError<CliErrorCode> {
  const line = error === undefined ? undefined : text.slice(0, error.offset).split(/\r\n|\r|\n/).length;
  const where = line === undefined ? "" : ` (line ${line})`;
  return new CspaceError("CSPACE_CLAUDE_SETTINGS_INVALID", `${path} is not a JSON object${where}; nothing is changed`, {
    hint: "mend the file, then run the command again",
  });
}

function unknownStatusline({ path }: FileState): CspaceError<CliErrorCode> {
  return new CspaceError(
    "CSPACE_STATUSLINE_UNKNOWN",
    `the statusLine of ${path} is not a command that cspace could work beside; nothing is changed`,
    { hint: 'write it as { "type": "command", "command": "..." } or remove it, then run the command again' },
  );
}
