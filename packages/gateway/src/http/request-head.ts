import { type Field, parseFields } from "./fields.ts";
import { announcedLength, type BodyLength } from "./framing.ts";
import { isFieldText, isToken, listMembers, MalformedMessage } from "./syntax.ts";

/** What stands before a request's body, read and checked. */
export interface RequestHead {
  readonly method: string;
  /** In origin-form, or `*`; an absolute-form is taken apart. */
  readonly target: string;
  /** The host and port that are asked for, as they were written: of the absolute-form, else of `Host`; or `""`. */
  readonly authority: string;
  /** The minor version: HTTP/1.0 or HTTP/1.1. */
  readonly minor: 0 | 1;
  readonly fields: readonly Field[];
  readonly body: BodyLength;
  /** The members of `Connection`, in lower case. */
  readonly connection: readonly string[];
  /** The version in which it came, where that is another (RFC 9110, 7.6.3). @default that of `minor` */
  readonly received?: "2.0";
}

/** Request line: three parts and one space between them, whatever RFC 9112, 3 lets a lenient reader do. */
const requestLine = /^([^ ]+) ([^ \t]+) HTTP\/(\d)\.(\d)$/;

/** A registered name or an address, and a port: what may stand in `Host` (RFC 3986, 3.2.2), and no percent-encoding. */
/** Whether a host is written as one, with or without a port. */
export const isAuthority = (text: string): boolean => authorityForm.test(text);

const authorityForm = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?$/;

/**
 * Reads a request's head, given without the empty line that ends it, as Latin-1.
 *
 * @throws {MalformedMessage} for all that is not plainly one request.
 */
export function parseRequestHead(text: string): RequestHead {
  const lineEnd = text.indexOf("\r\n");
  const line = lineEnd === -1 ? text : text.slice(0, lineEnd);
  const match = requestLine.exec(line);
  if (match === null || !isFieldText(line)) throw new MalformedMessage(400, "the request line is malformed");
  const [, method = "", written = "", major, minorText] = match;
  if (!isToken(method)) throw new MalformedMessage(400, "the method is no token");
  if (major !== "1" || (minorText !== "0" && minorText !== "1")) {
    throw new MalformedMessage(505, `HTTP/${major}.${minorText} is not spoken here`);
  }
  const minor = minorText === "1" ? 1 : 0;
  const fields = lineEnd === -1 ? [] : parseFields(text, lineEnd + 2);
  const { target, authority } = splitTarget(method, written, hostOf(fields, minor));
  return {
    method,
    target,
    authority,
    minor,
    fields,
    body: announcedLength(fields, minor) ?? 0,
    connection: connectionOf(fields),
  };
}

/** What `Connection` says, in lower case; also of a response. */
export function connectionOf(fields: readonly Field[]): readonly string[] {
  let members: string[] | undefined;
  for (const { key, value } of fields) {
    if (key !== "connection") continue;
    members = members === undefined ? listMembers(value) : [...members, ...listMembers(value)];
  }
  return members ?? none;
}

const none: readonly string[] = [];

/** The one `Host` that HTTP/1.1 asks for (RFC 9112, 3.2). */
function hostOf(fields: readonly Field[], minor: number): string {
  let host: string | undefined;
  for (const { key, value } of fields) {
    if (key !== "host") continue;
    if (host !== undefined) throw new MalformedMessage(400, "Host is given twice");
    host = value;
  }
  if (host === undefined && minor === 1) throw new MalformedMessage(400, "Host is missing");
  if (host !== undefined && host !== "") checkAuthority(host);
  return host ?? "";
}

/** Takes the four forms of a target apart (RFC 9112, 3.2). */
function splitTarget(method: string, written: string, host: string): { target: string; authority: string } {
  if (method === "CONNECT") throw new MalformedMessage(501, "CONNECT is not served here");
  if (written.includes("#")) throw new MalformedMessage(400, "the target of the request has a fragment");
  if (written.startsWith("/")) return { target: written, authority: host };
  if (written === "*" && method === "OPTIONS") return { target: written, authority: host };
  const absolute = /^https?:\/\/([^/?#]*)(.*)$/i.exec(written);
  if (absolute === null) throw new MalformedMessage(400, "the target of the request is malformed");
  const [, authority = "", rest = ""] = absolute;
  checkAuthority(authority);
  if (rest === "") return { target: method === "OPTIONS" ? "*" : "/", authority };
  return { target: rest.startsWith("/") ? rest : `/${rest}`, authority };
}

function checkAuthority(authority: string): void {
  if (!authorityForm.test(authority)) throw new MalformedMessage(400, "the host of the request is malformed");
}
