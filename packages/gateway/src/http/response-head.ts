import { type Field, parseFields } from "./fields.ts";
import { type BodyLength, untilClose } from "./framing.ts";
import { connectionOf } from "./request-head.ts";
import { frameResponse } from "./response-framing.ts";
import { isFieldText, MalformedMessage } from "./syntax.ts";

/** What stands before a response's body, read and checked. */
export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly minor: number;
  readonly fields: readonly Field[];
  readonly body: BodyLength;
  readonly connection: readonly string[];
  /** Whether it could be read in one way only; else no other response is to be read from its connection. */
  readonly plain: boolean;
}

/** A service sends more than a client may: one `Set-Cookie` for each cookie. */
const maxFields = 4_096;

const statusLine = /^HTTP\/1\.(\d) ([1-9]\d\d)(?: (.*))?$/s;

/**
 * Reads a response's head, given without the empty line that ends it, as Latin-1. `method` is the request's: a response
 * to HEAD has no body, whatever it says (RFC 9112, 6.3).
 *
 * @throws {MalformedMessage} for all that is not plainly one response.
 */
export function parseResponseHead(text: string, method: string): ResponseHead {
  const lineEnd = text.indexOf("\r\n");
  const line = lineEnd === -1 ? text : text.slice(0, lineEnd);
  const match = statusLine.exec(line);
  if (match === null || !isFieldText(line)) throw new MalformedMessage(502, "the status line is malformed");
  const status = Number(match[2]);
  const minor = Number(match[1]);
  const fields = lineEnd === -1 ? [] : parseFields(text, lineEnd + 2, maxFields);
  const framing = frameResponse(fields, minor);
  const bodiless = method === "HEAD" || status < 200 || status === 204 || status === 304;
  const body = bodiless ? 0 : (framing.length ?? untilClose);
  const reason = match[3] ?? "";
  return {
    status,
    reason,
    minor,
    fields: framing.fields,
    body,
    connection: connectionOf(fields),
    plain: framing.plain,
  };
}
