import type { Field } from "./fields.ts";
import { type BodyLength, parseCoding, parseLength } from "./framing.ts";
import { MalformedMessage } from "./syntax.ts";

/** How a response says where its body ends. */
export interface ResponseFraming {
  /** `undefined` when it says nothing of it. */
  readonly length: BodyLength | undefined;
  /** The fields, with one at most that says so. */
  readonly fields: readonly Field[];
  /** It was said once; else the connection is better not used again. */
  readonly plain: boolean;
}

/**
 * Reads the framing of a response as clients do, more leniently than that of a request: equal lengths are one, and a
 * transfer coding stands against a length (RFC 9112, 6.3), but in HTTP/1.0, which has none. Only one reading goes on to
 * the client.
 *
 * @throws {MalformedMessage} for lengths that differ, and for a coding other than `chunked` alone.
 */
export function frameResponse(fields: readonly Field[], minor: number): ResponseFraming {
  let length: BodyLength | undefined;
  let coding: BodyLength | undefined;
  let count = 0;
  for (const { key, value } of fields) {
    if (key === "content-length") {
      const next = parseLength(value);
      if (length !== undefined && next !== length) throw new MalformedMessage(502, "two lengths differ");
      length = next;
      count += 1;
    } else if (key === "transfer-encoding") {
      if (coding !== undefined) throw new MalformedMessage(502, "the length of the body is given twice");
      if (minor > 0) coding = parseCoding(value, minor);
      count += minor > 0 ? 1 : 2;
    }
  }
  if (count <= 1) return { length: coding ?? length, fields, plain: true };
  const key = coding === undefined ? "content-length" : "transfer-encoding";
  const told = fields.find((field) => field.key === key);
  const others = fields.filter((field) => field.key !== "content-length" && field.key !== "transfer-encoding");
  return { length: coding ?? length, fields: told === undefined ? others : [...others, told], plain: false };
}
