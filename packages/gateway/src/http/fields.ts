import { isFieldText, isToken, MalformedMessage } from "./syntax.ts";

/** One header or trailer field. */
export interface Field {
  /** As it was written. */
  readonly name: string;
  /** In lower case. */
  readonly key: string;
  /** Without the blanks around it; Latin-1, one character a byte. */
  readonly value: string;
}

/** More fields than any client sends. */
const maxFields = 256;

/**
 * Reads the field lines of a head or a trailer section, from `start` to the end of the text; every line but the last ends
 * in CRLF (RFC 9112, 5).
 *
 * @throws {MalformedMessage} for a folded line (5.2), a blank before the colon (5.1), and whatever is no field.
 */
export function parseFields(text: string, start: number, limit: number = maxFields): Field[] {
  const fields: Field[] = [];
  for (let from = start; from < text.length; ) {
    const found = text.indexOf("\r\n", from);
    const end = found === -1 ? text.length : found;
    const colon = text.indexOf(":", from);
    if (colon === -1 || colon >= end) throw new MalformedMessage(400, "a header line has no colon or is folded");
    const name = text.slice(from, colon);
    const value = trimBlanks(text, colon + 1, end);
    if (!isToken(name)) throw new MalformedMessage(400, "the name of a header is no token");
    if (!isFieldText(value)) throw new MalformedMessage(400, "a header has a control character in its value");
    if (fields.length === limit) throw new MalformedMessage(431, `there are more than ${limit} headers`);
    fields.push({ name, key: name.toLowerCase(), value });
    from = end + 2;
  }
  return fields;
}

/** The text between two places without the spaces and tabs at its ends, and no other white space: not `trim`. */
function trimBlanks(text: string, start: number, end: number): string {
  let from = start;
  let to = end;
  while (from < to && isBlank(text.charCodeAt(from))) from += 1;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
