import { maxResponseHeaderBytes } from "../limits.ts";
import { findHeadEnd, type HeadSearch } from "./find-head-end.ts";
import { findLooseEnd, mendHead } from "./mend-head.ts";
import { parseResponseHead, type ResponseHead } from "./response-head.ts";
import { MalformedMessage } from "./syntax.ts";

/** A response's head, and where in the bytes that it was read from the body begins. */
export interface ReadHead {
  readonly head: ResponseHead;
  readonly next: number;
}

/**
 * Reads the head of a response to a request of this method; `undefined` while it is not complete. What is well formed is
 * read as it stands, and looked at a second time only if it is not.
 *
 * @throws {MalformedMessage}
 */
export function readResponseHead(bytes: Buffer, search: HeadSearch, method: string): ReadHead | undefined {
  const { seen } = search;
  const end = findHeadEnd(bytes, search, maxResponseHeaderBytes, "allowed");
  if (end === -1) return readLoose(bytes, search.start, Math.max(search.start, seen - 2), method);
  try {
    return { head: parseResponseHead(bytes.toString("latin1", search.start, end), method), next: end + 4 };
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error;
    return readLoose(bytes, search.start, search.start, method);
  }
}

function readLoose(bytes: Buffer, start: number, from: number, method: string): ReadHead | undefined {
  const place = findLooseEnd(bytes, from);
  if (place === undefined) return undefined;
  const head = parseResponseHead(mendHead(bytes.toString("latin1", start, place.end)), method);
  return { head: { ...head, plain: false }, next: place.next };
}
