import { stripVTControlCharacters } from "node:util";
import { type BodyReader, createBodyReader, noBytes } from "../http/body-reader.ts";
import { buildClientHead } from "../http/client-head.ts";
import type { HeadSearch } from "../http/find-head-end.ts";
import { chunked, untilClose } from "../http/framing.ts";
import { readResponseHead } from "../http/read-response-head.ts";
import type { RequestHead } from "../http/request-head.ts";
import type { ResponseHead } from "../http/response-head.ts";
import { listMembers } from "../http/syntax.ts";
import { keepAliveMs } from "../upstream/keep-alive.ts";

/** Up to this size a piece of a body is copied behind the head, which costs less than a write of its own. */
const maxCopied = 16_384;

/** So much of what is no HTTP is shown, in bytes: it may be the only clue. */
const maxWords = 200;

/** Where a response goes: as HTTP/1.1, or, where it has `begin`, with the head apart and the body without framing. */
export interface ResponseSink {
  write(bytes: Buffer | string): boolean;
  /** The head of the final response, or of one that goes over to another protocol. */
  begin?(head: ResponseHead, mark: string): void;
  /** The head of an interim response (RFC 9110, 15.2). */
  inform?(head: ResponseHead, mark: string): void;
}

/** What is decided when the response begins. */
export interface RelayDecisions {
  /** Whether the client's connection has to end with it. */
  readonly mustClose: () => boolean;
  /** Whether the client is to get another answer in its place. */
  readonly replaces: (head: ResponseHead) => boolean;
}

/** Passes one response on to a client, as it comes. */
export class ResponseRelay {
  /** Whether any byte of the response has come. */
  begun = false;
  /** Whether the client has been sent the head of the final response. */
  headSent = false;
  /** Whether the client's connection ends with the response. */
  closes = false;
  /** Whether the client can tell the end of the response by the end of the connection alone. */
  endless = false;
  /** How long the service's connection may be kept when all went well. */
  keepMs = 0;
  /** The protocols that a response 101 goes over to, in lower case. */
  protocols: readonly string[] = [];
  /** Whether another answer goes to the client in place of this one, of which nothing was sent. */
  replaced = false;
  /** What came behind the head of a response 101. */
  switching: Buffer | undefined;
  readonly #request: RequestHead;
  readonly #mark: string;
  readonly #sink: ResponseSink;
  readonly #mustClose: () => boolean;
  readonly #replaces: (head: ResponseHead) => boolean;
  #pending: Buffer = noBytes;
  #search: HeadSearch = { start: 0, seen: 0 };
  #head: ResponseHead | undefined;
  #body: BodyReader | undefined;
  #encodes = false;
  #endedByClose = false;

  constructor(request: RequestHead, mark: string, sink: ResponseSink, { mustClose, replaces }: RelayDecisions) {
    this.#request = request;
    this.#mark = mark;
    this.#sink = sink;
    this.#mustClose = mustClose;
    this.#replaces = replaces;
  }

  /** Whether the response is complete. */
  get ended(): boolean {
    return this.#endedByClose || this.#body?.ended === true;
  }

  /** The beginning of what the service sent in place of a response, as text; "" where it may be the beginning of one. */
  get words(): string {
    const text = this.#pending.toString("utf8", 0, maxWords);
    if (this.#head !== undefined || "HTTP/".startsWith(text.slice(0, 5))) return "";
    return stripVTControlCharacters(text)
      .replace(/[\p{Cc}\s]+/gu, " ")
      .trim();
  }

  /**
   * Takes what the service sent; `false` when the client should be given time to read.
   *
   * @throws {MalformedMessage}
   */
  push(chunk: Buffer): boolean {
    this.begun = true;
    if (this.#body !== undefined) return this.#pushBody(this.#body, chunk, "");
    let bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#pending = bytes;
    let flows = true;
    while (this.#body === undefined && bytes.length > 0) {
      const read = readResponseHead(bytes, this.#search, this.#request.method);
      if (read === undefined) break;
      const { head } = read;
      this.#search = { start: 0, seen: 0 };
      bytes = bytes.subarray(read.next);
      this.#head = head;
      if (head.status === 101) {
        this.protocols = head.fields.flatMap(({ key, value }) => (key === "upgrade" ? listMembers(value) : []));
        this.switching = bytes;
        return true;
      }
      if (head.status >= 200 && this.#replaces(head)) {
        this.replaced = true;
        return true;
      }
      if (head.status >= 200) return this.#begin(head, bytes);
      // Interim responses: HTTP/1.0 has none (RFC 9110, 15.2).
      if (this.#sink.inform !== undefined) this.#sink.inform(head, this.#mark);
      else if (this.#request.minor === 1) flows = this.#sink.write(this.#headText(head, "as it is"));
    }
    this.#pending = bytes;
    return flows;
  }

  /** The service has closed: whether the response is complete by that. */
  endWithConnection(): boolean {
    if (this.#head?.body !== untilClose || this.#body === undefined) return false;
    if (this.#encodes) this.#sink.write("0\r\n\r\n");
    this.#endedByClose = true;
    return true;
  }

  /** Tells the client that the protocol is another from now on. */
  writeSwitch(): void {
    if (this.#head === undefined) return;
    if (this.#sink.begin !== undefined) this.#sink.begin(this.#head, this.#mark);
    else this.#sink.write(this.#headText(this.#head, "as it is"));
  }

  #begin(head: ResponseHead, rest: Buffer): boolean {
    const isApart = this.#sink.begin !== undefined;
    const old = this.#request.minor === 0 || isApart;
    const decodes = old && head.body === chunked;
    this.#encodes = !old && head.body === untilClose;
    this.endless = old && (head.body === chunked || head.body === untilClose);
    this.#body = createBodyReader(head.body, decodes);
    this.closes = this.#mustClose();
    this.keepMs = head.body === untilClose || !head.plain ? 0 : keepAliveMs(head);
    const framing = this.#encodes ? "chunked" : decodes || old ? "decoded" : "as it is";
    this.#sink.begin?.(head, this.#mark);
    return this.#pushBody(this.#body, rest, isApart ? "" : this.#headText(head, framing));
  }

  #pushBody(body: BodyReader, chunk: Buffer, head: string): boolean {
    const used = chunk.length === 0 ? 0 : body.take(chunk);
    this.headSent = true;
    // Bytes behind the response: nobody asked for them, and the next one to use the connection must not get them.
    if (used < chunk.length) this.keepMs = 0;
    const output = used === 0 ? noBytes : body.output;
    if (output.length === 0) return head === "" || this.#sink.write(head);
    const prefix = this.#encodes ? `${head}${output.length.toString(16)}\r\n` : head;
    const suffix = this.#encodes ? 2 : 0;
    if (prefix === "") return this.#sink.write(output);
    if (output.length > maxCopied) {
      this.#sink.write(prefix);
      const flows = this.#sink.write(output);
      return suffix === 0 ? flows : this.#sink.write("\r\n");
    }
    const bytes = Buffer.allocUnsafe(prefix.length + output.length + suffix);
    bytes.write(prefix, 0, "latin1");
    bytes.set(output, prefix.length);
    if (suffix > 0) bytes.write("\r\n", prefix.length + output.length, "latin1");
    return this.#sink.write(bytes);
  }

  #headText(head: ResponseHead, framing: "as it is" | "chunked" | "decoded"): string {
    return buildClientHead(head, { mark: this.#mark, framing, close: this.closes });
  }
}
