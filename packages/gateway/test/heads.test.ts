import fc from "fast-check";
import { expect, test } from "vitest";
import { ResponseRelay } from "../src/client/response-relay.ts";
import { ChunkedReader } from "../src/http/chunked-reader.ts";
import { findHeadEnd, type HeadSearch } from "../src/http/find-head-end.ts";
import { parseRequestHead } from "../src/http/request-head.ts";
import { MalformedMessage } from "../src/http/syntax.ts";

const limit = 4_096;

/** Reads a head that comes in pieces: the head and what is left, or that it is refused, or that more is needed. */
function readInPieces(pieces: readonly Buffer[]): unknown {
  let bytes = Buffer.alloc(0);
  const search: HeadSearch = { start: 0, seen: 0 };
  try {
    for (const [at, piece] of pieces.entries()) {
      bytes = Buffer.concat([bytes, piece]);
      const end = findHeadEnd(bytes, search, limit);
      if (end === -1) continue;
      const rest = Buffer.concat([bytes.subarray(end + 4), ...pieces.slice(at + 1)]).toString("latin1");
      return { head: parseRequestHead(bytes.toString("latin1", search.start, end)), rest };
    }
    return "more";
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error;
    return "refused";
  }
}

function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...places, bytes.length].map((place, at) => bytes.subarray(places[at - 1] ?? 0, place));
}

const name = fc.constantFrom(
  "Host",
  "host",
  "X-A",
  "Content-Length",
  "Transfer-Encoding",
  "Connection",
  "Upgrade",
  "X A",
  "",
  "Cookie",
);
const value = fc.oneof(
  fc.constantFrom(
    "dev.mercury.p.cspace.local",
    "chunked",
    "5",
    "close",
    "a, b",
    "",
    " x\t",
    "caf\xe9",
    "a\rb",
    "a\nb",
    "\0",
  ),
  fc.string({ maxLength: 20 }).filter((text) => !/[^\0-\xff]/.test(text)),
);
const line = fc.tuple(name, fc.constantFrom(":", ": ", " :", ""), value).map((parts) => parts.join(""));
const start = fc.constantFrom(
  "GET / HTTP/1.1",
  "POST /a?b HTTP/1.1",
  "GET http://a.b/c HTTP/1.1",
  "OPTIONS * HTTP/1.1",
  "GET  / HTTP/1.1",
  "GET / HTTP/1.0",
  "x",
);
const request = fc
  .tuple(
    fc.constantFrom("", "\r\n", "\r\n\r\n", "\n"),
    start,
    fc.array(line, { maxLength: 6 }),
    fc.constantFrom("\r\n", "\r\n", "\r\n", "\n"),
  )
  .map(([before, first, fields, end]) =>
    Buffer.from(`${before}${[first, ...fields].join(end)}${end}${end}GET /next`, "latin1"),
  );
const cuts = fc.array(fc.nat(10_000), { maxLength: 12 });

test("a request's head reads the same in whatever pieces it comes", () => {
  fc.assert(
    fc.property(request, cuts, (bytes, places) => {
      expect(readInPieces(split(bytes, places))).toEqual(readInPieces([bytes]));
    }),
    { numRuns: 5_000 },
  );
});

test("a request's head reads the same byte by byte", () => {
  fc.assert(
    fc.property(request, (bytes) => {
      expect(readInPieces([...bytes].map((byte) => Buffer.from([byte])))).toEqual(readInPieces([bytes]));
    }),
    { numRuns: 500 },
  );
});

test("noise is refused or waited on, and never anything else", () => {
  const noise = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from([...bytes, ...Buffer.from("\r\n\r\n")]));
  fc.assert(
    fc.property(noise, cuts, (bytes, places) => {
      readInPieces(split(bytes, places));
    }),
    { numRuns: 5_000 },
  );
});

interface Chunked {
  readonly content: string;
  readonly bytes: Buffer;
}

const chunkedBody: fc.Arbitrary<Chunked> = fc
  .tuple(
    fc.array(fc.tuple(fc.stringMatching(/^[\x20-\x7e]{1,40}$/), fc.constantFrom("", ";a", ';b="c d"')), {
      maxLength: 6,
    }),
    fc.constantFrom("", "X-Sum: 1\r\n", "A: b\r\nHost: evil\r\n"),
  )
  .map(([chunks, trailers]) => ({
    content: chunks.map(([text]) => text).join(""),
    bytes: Buffer.from(
      `${chunks.map(([text, extension]) => `${text.length.toString(16)}${extension}\r\n${text}\r\n`).join("")}0\r\n${trailers}\r\n`,
    ),
  }));

function readChunks(pieces: readonly Buffer[], decode: boolean): { output: string; ended: boolean; rest: string } {
  const reader = new ChunkedReader(decode);
  let output = "";
  let rest = "";
  for (const piece of pieces) {
    const used = reader.ended ? 0 : reader.take(piece);
    if (used > 0) output += reader.output.toString("latin1");
    rest += piece.toString("latin1", used);
  }
  return { output, ended: reader.ended, rest };
}

test("a chunked body is passed on as it came but for forbidden trailers, and ends where it ends", () => {
  fc.assert(
    fc.property(chunkedBody, cuts, ({ content, bytes }, places) => {
      const pieces = split(Buffer.concat([bytes, Buffer.from("NEXT")]), places);
      const output = bytes.toString("latin1").replace("Host: evil\r\n", "");
      expect(readChunks(pieces, false)).toEqual({ output, ended: true, rest: "NEXT" });
      expect(readChunks(pieces, true)).toEqual({ output: content, ended: true, rest: "NEXT" });
    }),
    { numRuns: 5_000 },
  );
});

test("a response goes on the same in whatever pieces it comes", () => {
  const head = parseRequestHead("GET / HTTP/1.1\r\nHost: a.b");
  const relayed = (pieces: readonly Buffer[]): string => {
    let text = "";
    const write = (bytes: Buffer | string): boolean => {
      text += typeof bytes === "string" ? bytes : bytes.toString("latin1");
      return true;
    };
    const relay = new ResponseRelay(head, "mark", { write }, { mustClose: () => false, replaces: () => false });
    try {
      for (const piece of pieces) if (piece.length > 0 && !relay.ended) relay.push(piece);
      return text;
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      return "refused";
    }
  };
  const date = "Date: Tue, 24 Nov 2026 00:00:00 GMT\r\n";
  const response = fc.oneof(
    chunkedBody.map(({ bytes }) => `Transfer-Encoding: chunked\r\n\r\n${bytes.toString("latin1")}`),
    fc.stringMatching(/^[\x20-\x7e]{0,60}$/).map((text) => `Content-Length: ${text.length}\r\n\r\n${text}`),
    fc.constantFrom("Content-Length: 1\r\nContent-Length: 1\r\n\r\nx", "A : b\r\nContent-Length: 1\r\n\r\nx"),
    fc.constantFrom("A: b\r\n c\r\nContent-Length: 6\r\n\r\nx\r\n\r\ny", "A: b\nContent-Length: 6\n\nx\r\n\r\ny"),
    fc.constantFrom("A: b\nContent-Length: 3\r\n\nx\n\n", "Content-Length: 3\n\r\nx\n\n", "A\n\n"),
  );
  fc.assert(
    fc.property(response, fc.boolean(), cuts, (rest, early, places) => {
      const hints = early ? "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" : "";
      const bytes = Buffer.from(`${hints}HTTP/1.1 200 OK\r\n${date}${rest}`, "latin1");
      expect(relayed(split(bytes, places))).toEqual(relayed([bytes]));
    }),
    { numRuns: 3_000 },
  );
});
