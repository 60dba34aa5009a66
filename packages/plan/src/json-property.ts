import { createScanner, type Edit, type Node, type SyntaxKind } from "jsonc-parser";

/** The kinds of tokens that are asked for, which the parser has as a `const enum` alone. */
const token = {
  comma: 5,
  lineComment: 12,
  blockComment: 13,
  lineBreak: 14,
  whiteSpace: 15,
  end: 17,
} as const satisfies Readonly<Record<string, SyntaxKind>>;

/** A property that is to come into an object. */
export interface NewProperty {
  readonly key: string;
  /** The value's text in one line, and over several, whose further lines begin with `\n`. */
  readonly value: { readonly line: string; readonly lines: (indent: string) => string };
}

/**
 * The edits that add a property at the end of an object: nothing that is there moves or changes, and
 * {@link planPropertyRemoval} leads back to the same bytes. A comment stays behind the property it stands behind.
 */
export function planProperty(text: string, object: Node, { key, value }: NewProperty): Edit[] {
  const last = object.children?.at(-1);
  const before = last === undefined ? object.offset + 1 : endOf(last);
  const { end, comma } = readTail(text, before);
  const content = text.slice(object.offset, endOf(object));
  const name = JSON.stringify(key);
  const tail = comma === undefined ? "" : ",";
  const separator: Edit[] = last === undefined || comma !== undefined ? [] : [insert(before, ",")];
  if (!/[\r\n]/.test(content)) {
    const space = last !== undefined || /[ \t]/.test(text.charAt(end)) ? " " : "";
    return [...separator, insert(end, `${space}${name}: ${value.line}${tail}`)];
  }
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const indent = readIndent(text, object);
  const shown = last === undefined ? value.line : value.lines(indent).replaceAll("\n", eol);
  return [...separator, insert(end, `${eol}${indent}${name}: ${shown}${tail}`)];
}

/** The edits that take a property out of an object, with its comma and the white space before it; comments stay. */
export function planPropertyRemoval(text: string, object: Node, property: Node): Edit[] {
  const siblings = object.children ?? [];
  const previous = siblings[siblings.indexOf(property) - 1];
  const gap = readGap(text, previous === undefined ? object.offset + 1 : endOf(previous), property.offset);
  const own: Edit = { offset: gap.end, length: endOf(property) - gap.end, content: "" };
  const following = readTail(text, endOf(property)).comma;
  const comma = following ?? gap.comma;
  return comma === undefined ? [own] : [own, { offset: comma, length: 1, content: "" }];
}

function insert(offset: number, content: string): Edit {
  return { offset, length: 0, content };
}

function endOf({ offset, length }: Node): number {
  return offset + length;
}

/** Where what belongs to a value ends (its comma, and comments on the same line), and where its comma is. */
function readTail(text: string, from: number): { readonly end: number; readonly comma: number | undefined } {
  const scanner = createScanner(text);
  scanner.setPosition(from);
  let end = from;
  let comma: number | undefined;
  let sameLine = true;
  for (;;) {
    const kind = scanner.scan();
    const after = scanner.getTokenOffset() + scanner.getTokenLength();
    if (kind === token.lineBreak) sameLine = false;
    else if (kind === token.comma && comma === undefined) {
      comma = scanner.getTokenOffset();
      end = after;
      sameLine = true;
    } else if (kind === token.lineComment || kind === token.blockComment) {
      if (sameLine) end = after;
    } else if (kind !== token.whiteSpace) return { end, comma };
  }
}

/** Where the white space right before `to` begins, and where the comma between is. */
function readGap(text: string, from: number, to: number): { readonly end: number; readonly comma: number | undefined } {
  const scanner = createScanner(text);
  scanner.setPosition(from);
  let end = from;
  let comma: number | undefined;
  while (scanner.scan() !== token.end && scanner.getTokenOffset() < to) {
    const kind = scanner.getToken();
    if (kind === token.comma) comma = scanner.getTokenOffset();
    if (kind === token.whiteSpace || kind === token.lineBreak) continue;
    end = scanner.getTokenOffset() + scanner.getTokenLength();
  }
  return { end, comma };
}

/** The white space before the first property that begins a line. */
function readIndent(text: string, object: Node): string {
  for (const { offset } of object.children ?? []) {
    const indent = /(?:^|[\r\n])([ \t]*)$/.exec(text.slice(0, offset))?.[1];
    if (indent !== undefined) return indent;
  }
  return "  ";
}
