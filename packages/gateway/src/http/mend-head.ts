import { MalformedMessage } from "./syntax.ts";

/** Where a head ends whose lines may end in LF alone (RFC 9112, 2.2), and where the body begins; `undefined` while it has not. */
export function findLooseEnd(bytes: Buffer, from: number): { readonly end: number; readonly next: number } | undefined {
  const bare = bytes.indexOf("\n\n", from, "latin1");
  const whole = bytes.indexOf("\n\r\n", from, "latin1");
  if (bare === -1 && whole === -1) return undefined;
  return whole === -1 || (bare !== -1 && bare < whole)
    ? { end: bare, next: bare + 2 }
    : { end: whole, next: whole + 3 };
}

/**
 * The head of a response as it should have been written: every line ends in CRLF, a folded one is a single one (RFC 9112,
 * 5.2), and no blank stands before a colon (5.1). Such heads of services are old or made by hand, and every browser
 * takes them; of a client's request nothing is mended.
 *
 * @throws {MalformedMessage} for a fold behind the status line, which some take for a part of it.
 */
export function mendHead(text: string): string {
  const lines = text.replace(/\r$/, "").split(/\r?\n/);
  if (/^[ \t]/.test(lines[1] ?? "")) throw new MalformedMessage(502, "the first header is folded");
  return lines
    .join("\r\n")
    .replaceAll(/[ \t]*\r\n[ \t]+/g, " ")
    .replaceAll(/(\r\n[^\s:]+)[ \t]+:/g, "$1:");
}
