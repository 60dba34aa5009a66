import { randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http2";
import type { Field } from "../http/fields.ts";
import { announcedLength, chunked } from "../http/framing.ts";
import { isAuthority, type RequestHead } from "../http/request-head.ts";
import { isFieldText, isToken, MalformedMessage } from "../http/syntax.ts";

/**
 * The request of a stream as HTTP/1.1 has it (RFC 9113, section 8.3.1). One that opens a WebSocket (RFC 8441, section 5)
 * becomes the upgrade that a service of HTTP/1.1 knows (RFC 6455, section 4.1).
 *
 * @throws {MalformedMessage}
 */
export function requestOfStream(headers: IncomingHttpHeaders, isWhole: boolean): RequestHead {
  const authority = headers[":authority"] ?? headers.host ?? "";
  const target = headers[":path"] ?? "";
  const protocol = headers[":protocol"];
  const asked = headers[":method"] ?? "";
  if (!isToken(asked)) throw new MalformedMessage(400, "the method is no token");
  if (asked === "CONNECT" && protocol !== "websocket") throw new MalformedMessage(501, "CONNECT is not served here");
  if (!isAuthority(authority)) throw new MalformedMessage(400, "the host of the request is malformed");
  const isTarget = target.startsWith("/") || (target === "*" && asked === "OPTIONS");
  if (!isTarget || !isFieldText(target) || /[ #]/.test(target)) {
    throw new MalformedMessage(400, "the target of the request is malformed");
  }
  const fields = Object.entries(headers).flatMap(([key, value]) => fieldsOf(key, value));
  if (protocol === undefined) {
    const body = isWhole ? 0 : (announcedLength(fields, 1) ?? chunked);
    return { method: asked, target, authority, minor: 1, fields, body, connection: [], received: "2.0" };
  }
  const upgrade = field("upgrade", "websocket");
  // What a service must be asked with; the answer to it proves nothing to a client that did not choose it.
  const key = field("sec-websocket-key", randomBytes(16).toString("base64"));
  const opening = [...fields.filter((one) => one.key !== "content-length"), upgrade, key];
  const connection = ["upgrade"];
  return { method: "GET", target, authority, minor: 1, fields: opening, body: 0, connection, received: "2.0" };
}

function fieldsOf(key: string, value: string | readonly string[] | undefined): Field[] {
  if (value === undefined || key.startsWith(":")) return [];
  const values = typeof value === "string" ? [value] : value;
  return values.map((one) => field(key, one));
}

function field(key: string, value: string): Field {
  if (!isToken(key)) throw new MalformedMessage(400, "the name of a header is no token");
  if (!isFieldText(value)) throw new MalformedMessage(400, "a header has a control character in its value");
  return { name: key, key, value };
}
