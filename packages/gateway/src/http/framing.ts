import type { Field } from "./fields.ts";
import { MalformedMessage } from "./syntax.ts";

/** How a message says where its body ends: a number of bytes, or one of the two below (RFC 9112, 6.3). */
export type BodyLength = number;

/** The body comes in chunks, and the last of them is empty. */
export const chunked = -1;

/** The body ends with the connection; responses only. */
export const untilClose = -2;

/**
 * How long the body is that the headers of a request announce; `undefined` when they say nothing of it.
 *
 * Stricter than RFC 9112, 6.1 and 6.3 ask: two lengths are refused even if they are equal, and so is a length beside a
 * transfer coding, or a coding other than `chunked` alone.
 *
 * @throws {MalformedMessage}
 */
export function announcedLength(fields: readonly Field[], minor: number): BodyLength | undefined {
  let length: BodyLength | undefined;
  for (const { key, value } of fields) {
    if (key !== "content-length" && key !== "transfer-encoding") continue;
    if (length !== undefined) throw new MalformedMessage(400, "the length of the body is given twice");
    length = key === "content-length" ? parseLength(value) : parseCoding(value, minor);
  }
  return length;
}

/** @throws {MalformedMessage} */
export function parseLength(value: string): number {
  // Sixteen digits may be past the numbers that are exact.
  if (!/^\d{1,15}$/.test(value)) throw new MalformedMessage(400, "Content-Length is no number");
  return Number(value);
}

/** @throws {MalformedMessage} */
export function parseCoding(value: string, minor: number): BodyLength {
  if (minor === 0) throw new MalformedMessage(400, "HTTP/1.0 has no Transfer-Encoding");
  if (value.toLowerCase() !== "chunked") throw new MalformedMessage(501, "a Transfer-Encoding is not chunked");
  return chunked;
}
