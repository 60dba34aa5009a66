import { MalformedMessage } from "./syntax.ts";

const cr = 0x0d;
const lf = 0x0a;

/** How far a head was looked through; kept between the pieces that it comes in. */
export interface HeadSearch {
  /** Where the head begins: after empty lines, which a client may send before a request (RFC 9112, 2.2). */
  start: number;
  /** Everything before has been looked at. */
  seen: number;
}

/**
 * Where the head of a message ends: the place of the CRLF CRLF that closes it; -1 while it is not there yet. Every byte is
 * looked at once, however many pieces the head comes in. Where LF alone is `allowed`, it is for the caller to look for.
 *
 * @throws {MalformedMessage} for a line that ends in LF alone, and for a head longer than `limit` bytes.
 */
export function findHeadEnd(
  bytes: Buffer,
  search: HeadSearch,
  limit: number,
  bareBreaks: "refused" | "allowed" = "refused",
): number {
  while (search.seen === search.start && bytes.length >= search.start + 2 && isBreak(bytes, search.start)) {
    search.start += 2;
    search.seen = search.start;
  }
  if (bytes.length < search.start + 2) return -1;
  const from = Math.max(search.start, search.seen - 3);
  const end = bytes.indexOf("\r\n\r\n", from, "latin1");
  const size = (end === -1 ? bytes.length : end) - search.start;
  if (size > limit || search.start > limit)
    throw new MalformedMessage(431, `the headers are longer than ${limit} bytes`);
  if (end === -1 && bareBreaks === "refused") refuseBareBreak(bytes, Math.max(search.start, search.seen - 1));
  search.seen = bytes.length;
  return end;
}

function isBreak(bytes: Buffer, at: number): boolean {
  return bytes[at] === cr && bytes[at + 1] === lf;
}

/** A head that ends in bare line feeds would otherwise be waited for in vain. */
function refuseBareBreak(bytes: Buffer, from: number): void {
  for (let at = bytes.indexOf(lf, from); at !== -1; at = bytes.indexOf(lf, at + 1)) {
    if (at === 0 || bytes[at - 1] !== cr) throw new MalformedMessage(400, "a line ends in LF alone");
  }
}
