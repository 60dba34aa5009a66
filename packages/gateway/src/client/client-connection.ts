import type { Socket } from "node:net";
import { noBytes } from "../http/body-reader.ts";
import { findHeadEnd, type HeadSearch } from "../http/find-head-end.ts";
import type { RequestOrigin } from "../http/forwarded.ts";
import { parseRequestHead, type RequestHead } from "../http/request-head.ts";
import { MalformedMessage } from "../http/syntax.ts";
import type { Hub, Tracked } from "../hub.ts";
import { firstRequestMs, lingerMs } from "../limits.ts";
import { malformedPage } from "../pages/pages.ts";
import { type Page, renderPage } from "../pages/render-page.ts";
import { marksOf, type Target } from "../route-table.ts";
import { chooseAnswer } from "./choose-answer.ts";
import { Exchange, type ExchangeClient } from "./exchange.ts";
import { joinTunnel } from "./join-tunnel.ts";
import { type Doing, Patience } from "./patience.ts";
import { http2Preface, speakHttp2 } from "./speak-http2.ts";
import { staysOpen } from "./stays-open.ts";

/** What a listener says of the connections that it accepts. */
export interface ClientOrigin {
  readonly address: string;
  readonly port: number;
  readonly scheme: "http" | "https";
  readonly trustForwarded: boolean;
}

/** What the requests of a connection are handed on with. */
export function originOf({ name }: Hub, { address, ...rest }: ClientOrigin): RequestOrigin {
  return { clientAddress: address, gatewayName: name, ...rest };
}

/**
 * The connection of one client: it collects heads, lets one request after the other be exchanged with a service, and
 * answers by itself what no service is to see.
 */
export class ClientConnection implements ExchangeClient, Tracked {
  readonly socket: Socket;
  readonly hub: Hub;
  readonly origin: RequestOrigin;
  deadline: number;
  #exchange: Exchange | undefined;
  /** What came and is not read yet: part of a head, or what a client sent ahead. */
  #pending: Buffer = noBytes;
  #search: HeadSearch = { start: 0, seen: 0 };
  #headBegun = false;
  /** Nothing was asked on it yet. */
  #fresh = true;
  #reading = false;
  /** Told to go; whatever it still sends is thrown away. */
  #closing = false;
  /** The service at the other end, once another protocol is spoken. */
  #tunnel: Socket | undefined;
  readonly #patience: Patience;

  constructor(hub: Hub, socket: Socket, origin: ClientOrigin) {
    this.hub = hub;
    this.socket = socket;
    this.origin = originOf(hub, origin);
    this.deadline = Date.now() + hub.limits.idleTimeoutMs;
    this.#patience = new Patience(socket, hub.limits.stallTimeoutMs);
    hub.add(this);
    socket.on("data", (chunk: Buffer) => this.#onData(chunk));
    socket.on("end", () => this.#onEnd());
    socket.on("drain", () => this.#onDrain());
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      hub.remove(this);
      this.#exchange?.onClientGone();
    });
  }

  /** Writes to the client; `false` when it should be given time to read. */
  write(bytes: Buffer | string): boolean {
    return typeof bytes === "string" ? this.socket.write(bytes, "latin1") : this.socket.write(bytes);
  }

  /** The exchange takes the body of its request from now on. */
  feedBody(): void {
    const pending = this.#takePending();
    this.resumeBody();
    if (pending.length > 0) this.#giveToExchange(pending);
  }

  /** Reads on, unless the client is ahead of the exchange. */
  resumeBody(): void {
    if (this.#pending.length > 0 || !this.socket.isPaused()) return;
    this.deadline = 0;
    this.socket.resume();
  }

  /** Reads no more of the body until the service has taken what there is: while nothing is read, no end is seen either. */
  holdBody(): void {
    this.socket.pause();
    this.deadline = Date.now() + this.hub.limits.stallTimeoutMs;
  }

  /** The exchange is over: the next request, or the end. */
  exchangeDone(close: boolean): void {
    this.#exchange = undefined;
    this.deadline = Date.now() + this.hub.limits.idleTimeoutMs;
    if (close || this.hub.draining) this.#close();
    else if (!this.#reading) this.#readRequests();
  }

  /** Answers with a page instead of the service. */
  answer(page: Page, request: RequestHead | undefined, target: Target | undefined, close: boolean): void {
    const end = close || this.hub.draining || request === undefined || !staysOpen(request);
    this.write(renderPage(page, { request, marks: marksOf(target), close: end }));
    this.exchangeDone(end);
  }

  /** Becomes a tunnel to a service that has gone over to another protocol. */
  becomeTunnel(upstream: Socket, first: Buffer): void {
    this.#exchange = undefined;
    this.#tunnel = upstream;
    const { stallTimeoutMs } = this.hub.limits;
    this.deadline = Date.now() + stallTimeoutMs;
    for (const event of ["data", "end", "drain"]) this.socket.removeAllListeners(event);
    joinTunnel({ socket: this.socket, first: this.#takePending() }, { socket: upstream, first }, stallTimeoutMs);
  }

  onDeadline(): void {
    const more = this.#patience.leftMs(this.#doing);
    if (more > 0) {
      this.deadline = Date.now() + more;
      return;
    }
    // Only a request whose headers are too slow is told so: an answer on an idle connection would be taken for the next.
    if (this.#exchange !== undefined || this.#closing || !this.#headBegun) this.destroy();
    else this.answer(malformedPage(408, "the headers did not come in time"), undefined, undefined, true);
  }

  drain(): void {
    if (this.#exchange !== undefined || this.#tunnel || this.#pending.length > 0) return;
    // A client that has just come is about to ask, and would take a closed connection for a service that is down.
    if (this.#fresh) this.deadline = Date.now() + firstRequestMs;
    else this.socket.destroySoon();
  }

  /** Ends so that the client takes what it has got for incomplete, whatever it says of its length. */
  reset(): void {
    // An encrypted one that ends without the word that ends it (RFC 8446, section 6.1) is incomplete as well.
    if (this.origin.scheme === "https") this.socket.destroy();
    else this.socket.resetAndDestroy();
  }

  destroy(): void {
    this.socket.destroy();
    this.#tunnel?.destroy();
  }

  #onData(chunk: Buffer): void {
    if (this.#closing) return;
    if (this.#exchange !== undefined) {
      this.#giveToExchange(chunk);
      return;
    }
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#readRequests();
  }

  #giveToExchange(chunk: Buffer): void {
    const used = this.#exchange?.onRequestData(chunk) ?? 0;
    if (used === chunk.length || this.#closing) return;
    const rest = chunk.subarray(used);
    this.#pending = this.#pending.length === 0 ? rest : Buffer.concat([this.#pending, rest]);
    if (this.#exchange !== undefined) this.socket.pause();
  }

  #readRequests(): void {
    this.#reading = true;
    while (this.#exchange === undefined && !this.#closing && !this.socket.destroyed && this.#readRequest());
    this.#reading = false;
  }

  /** Begins with the next request; `false` when it has not come. */
  #readRequest(): boolean {
    // A client that asks faster than it reads waits.
    if (this.socket.writableNeedDrain) {
      this.socket.pause();
      return false;
    }
    try {
      const end = findHeadEnd(this.#pending, this.#search, this.hub.limits.maxHeaderBytes);
      if (end === -1) {
        this.#awaitHead();
        return false;
      }
      const text = this.#pending.toString("latin1", this.#search.start, end);
      if (this.#fresh && text === http2Preface && this.#search.start === 0) {
        // Its code may be gone by now, as when the program is updated while it runs.
        this.#becomeHttp2().catch(() => this.socket.destroy());
        return false;
      }
      const rest = this.#pending.subarray(end + 4);
      this.#pending = rest.length === 0 ? noBytes : rest;
      this.#search = { start: 0, seen: 0 };
      this.#headBegun = false;
      this.#fresh = false;
      this.deadline = 0;
      this.#begin(parseRequestHead(text));
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      this.answer(malformedPage(error.status, error.message), undefined, undefined, true);
    }
    return true;
  }

  /** The time for a head runs from its first byte, however often another comes. */
  #awaitHead(): void {
    if (this.socket.readableEnded) this.#close();
    else if (this.socket.isPaused()) this.socket.resume();
    if (this.#headBegun || this.#pending.length <= this.#search.start) return;
    this.#headBegun = true;
    this.deadline = Date.now() + this.hub.limits.headersTimeoutMs;
  }

  #begin(request: RequestHead): void {
    const { page, target } = chooseAnswer(this.hub, request, this.origin);
    if (page !== undefined) this.answer(page, request, target, request.body !== 0 || page.status === 400);
    else this.#exchange = new Exchange(this, request, target);
    if (this.#exchange !== undefined && this.socket.readableEnded) this.#awaitRest();
    this.#exchange?.start();
  }

  async #becomeHttp2(): Promise<void> {
    this.#closing = true;
    this.deadline = 0;
    await speakHttp2(this.hub, this.socket, { origin: this.origin, bytes: this.#takePending() });
    this.hub.remove(this);
  }

  #takePending(): Buffer {
    const pending = this.#pending;
    this.#pending = noBytes;
    return pending;
  }

  #onDrain(): void {
    if (this.#exchange !== undefined) this.#exchange.onClientDrain();
    else if (!this.#closing) this.#readRequests();
  }

  #onEnd(): void {
    // Who has sent all it has to say may still be reading, or be gone: it is given a moment for the answer.
    if (this.#exchange === undefined) this.#close();
    else if (this.#exchange.requestEnded) this.#awaitRest();
    else this.destroy();
  }

  #awaitRest(): void {
    this.deadline = Date.now() + this.#patience.halfClosed(this.#doing);
  }

  get #doing(): Doing {
    return { tunnel: this.#tunnel, exchange: this.#exchange };
  }

  /** Ends after what was written, and reads on a moment, since a reset would take the answer from the client. */
  #close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#pending = noBytes;
    // What is still held for the client may take it long to read; the time to close begins when it has that.
    this.deadline = Date.now() + this.hub.limits.stallTimeoutMs;
    this.#patience.look(this.#doing);
    this.socket.end(() => {
      this.deadline = Date.now() + lingerMs;
    });
    this.socket.resume();
  }
}
