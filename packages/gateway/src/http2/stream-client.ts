import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { chooseAnswer } from "../client/choose-answer.ts";
import { Exchange, type ExchangeClient } from "../client/exchange.ts";
import { joinTunnel } from "../client/join-tunnel.ts";
import type { RequestOrigin } from "../http/forwarded.ts";
import { chunked } from "../http/framing.ts";
import type { RequestHead } from "../http/request-head.ts";
import type { ResponseHead } from "../http/response-head.ts";
import { MalformedMessage } from "../http/syntax.ts";
import type { Hub } from "../hub.ts";
import { malformedPage } from "../pages/pages.ts";
import { describePage, type Page } from "../pages/render-page.ts";
import { marksOf, type Target } from "../route-table.ts";
import { requestOfStream } from "./request-of-stream.ts";
import { answerHeaders } from "./stream-headers.ts";

const lastChunk = Buffer.from("0\r\n\r\n");

/** One stream of a client that speaks HTTP/2, whose service speaks HTTP/1.1. */
export class StreamClient implements ExchangeClient {
  readonly hub: Hub;
  readonly origin: RequestOrigin;
  readonly #stream: ServerHttp2Stream;
  #exchange: Exchange | undefined;
  #isChunked = false;
  #isFed = false;
  #held: Buffer | undefined;

  constructor(hub: Hub, origin: RequestOrigin, stream: ServerHttp2Stream) {
    this.hub = hub;
    this.origin = origin;
    this.#stream = stream;
    stream.on("error", () => undefined);
    stream.on("drain", () => this.#exchange?.onClientDrain());
    stream.once("close", () => this.#exchange?.onClientGone());
  }

  /** Lets the service answer, or answers instead of it. */
  start(headers: IncomingHttpHeaders): void {
    let request: RequestHead | undefined;
    try {
      request = requestOfStream(headers, this.#stream.endAfterHeaders);
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      this.#show(malformedPage(error.status, error.message), undefined, undefined);
      return;
    }
    const { page, target } = chooseAnswer(this.hub, request, this.origin);
    if (page !== undefined) {
      this.#show(page, request, target);
      return;
    }
    this.#isChunked = request.body === chunked;
    this.#exchange = new Exchange(this, request, target);
    this.#exchange.start();
  }

  begin(head: ResponseHead, mark: string): void {
    const isLast = head.body === 0 && head.status !== 101;
    this.#respond(answerHeaders(head, mark), isLast);
  }

  inform(head: ResponseHead, mark: string): void {
    if (!this.#isOpen || this.#stream.headersSent) return;
    this.#attempt(() => this.#stream.additionalHeaders(answerHeaders(head, mark)));
  }

  write(bytes: Buffer): boolean {
    // What may be the last is held for a moment: with the end of the stream it is one record, and one call to the system.
    if (this.#held === undefined) queueMicrotask(() => this.#flush());
    else this.#flush();
    this.#held = bytes;
    return !this.#stream.writableNeedDrain;
  }

  feedBody(): void {
    if (this.#isFed) {
      this.resumeBody();
      return;
    }
    this.#isFed = true;
    this.#stream.on("data", (bytes: Buffer) => {
      // An empty one would be the last.
      if (bytes.length > 0) this.#exchange?.onRequestData(this.#isChunked ? chunkOf(bytes) : bytes);
    });
    this.#stream.on("end", () => {
      if (this.#isChunked) this.#exchange?.onRequestData(lastChunk);
    });
  }

  holdBody(): void {
    this.#stream.pause();
  }

  resumeBody(): void {
    this.#stream.resume();
  }

  exchangeDone(): void {
    this.#exchange = undefined;
    this.#discard();
    const last = this.#held;
    this.#held = undefined;
    if (this.#isOpen && this.#stream.writable) this.#stream.end(last);
  }

  answer(page: Page, request: RequestHead, target: Target): void {
    this.#exchange = undefined;
    this.#show(page, request, target);
    this.#discard();
  }

  becomeTunnel(upstream: Socket, first: Buffer): void {
    this.#exchange = undefined;
    this.#flush();
    const { stallTimeoutMs } = this.hub.limits;
    joinTunnel({ socket: this.#stream, first: Buffer.alloc(0) }, { socket: upstream, first }, stallTimeoutMs);
  }

  reset(): void {
    this.destroy();
  }

  destroy(): void {
    // One that is closed with a code Node ends as if it were complete; one that is destroyed is reset.
    this.#stream.destroy(new Error("the service did not end its answer"));
  }

  /** What the client still sends nobody reads. */
  #discard(): void {
    if (!this.#stream.endAfterHeaders) this.#stream.resume();
  }

  #flush(): void {
    const bytes = this.#held;
    this.#held = undefined;
    if (bytes !== undefined && this.#isOpen && this.#stream.writable) this.#stream.write(bytes);
  }

  get #isOpen(): boolean {
    return !this.#stream.closed && !this.#stream.destroyed;
  }

  #show(page: Page, request: RequestHead | undefined, target: Target | undefined): void {
    const { fields, body } = describePage(page, { request, marks: marksOf(target) });
    const isHead = request?.method === "HEAD";
    // In lower case, as HTTP/2 has them (RFC 9113, section 8.2).
    const headers = Object.fromEntries(fields.map(([name, value]) => [name.toLowerCase(), value]));
    this.#respond({ ":status": page.status, ...headers }, isHead);
    if (!isHead && this.#isOpen) this.#stream.end(body);
  }

  #respond(headers: OutgoingHttpHeaders, endStream: boolean): void {
    if (this.#isOpen && !this.#stream.headersSent) this.#attempt(() => this.#stream.respond(headers, { endStream }));
  }

  /** Node refuses what a service may not say in HTTP/2. */
  #attempt(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#stream.destroy(error as Error);
    }
  }
}

function chunkOf(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
}
