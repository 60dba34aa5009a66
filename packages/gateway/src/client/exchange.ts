import type { Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { type BodyReader, createBodyReader } from "../http/body-reader.ts";
import type { RequestOrigin } from "../http/forwarded.ts";
import type { RequestHead } from "../http/request-head.ts";
import { listMembers, MalformedMessage } from "../http/syntax.ts";
import { buildUpstreamHead, upgradeOf } from "../http/upstream-head.ts";
import type { Hub } from "../hub.ts";
import { iconPage, lacksIcon } from "../pages/icon.ts";
import { lostPage, malformedPage } from "../pages/pages.ts";
import type { Page } from "../pages/render-page.ts";
import type { Target } from "../route-table.ts";
import type { UpstreamConnection, UpstreamUser } from "../upstream/upstream-connection.ts";
import { isPage } from "./is-page.ts";
import { reachService } from "./reach-service.ts";
import { ResponseRelay, type ResponseSink } from "./response-relay.ts";
import { staysOpen } from "./stays-open.ts";
import { isProbe } from "./traffic.ts";

/** Methods that may be sent again when nobody knows whether they were heard (RFC 9110, 9.2.2). */
const idempotent = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

/**
 * How long a connection must have been idle for a request that cannot be sent again, in milliseconds. A service that
 * closes right behind its response is seen to do so by then.
 */
const restMs = 10;

/** The client of an exchange. */
export interface ExchangeClient extends ResponseSink {
  readonly hub: Hub;
  readonly origin: RequestOrigin;
  /** Gives the body of the request to the exchange from now on. */
  feedBody(): void;
  /** Reads no more of the body for now. */
  holdBody(): void;
  resumeBody(): void;
  /** The exchange is over; `close`: no other may follow. */
  exchangeDone(close: boolean): void;
  /** Answers with a page instead of the service. */
  answer(page: Page, request: RequestHead, target: Target, close: boolean): void;
  becomeTunnel(upstream: Socket, first: Buffer): void;
  /** Ends the connection at once, so that the client does not take what it got for all there is. */
  reset(): void;
  destroy(): void;
}

/** One request and its response, between one client and one service. */
export class Exchange implements UpstreamUser {
  readonly #client: ExchangeClient;
  readonly #request: RequestHead;
  readonly #body: BodyReader;
  readonly #relay: ResponseRelay;
  #target: Target;
  #upstream: UpstreamConnection | undefined;
  /** Tells that it is over, to whoever counts. */
  readonly #leave: () => void;
  #sentBody = false;
  #over = false;

  constructor(client: ExchangeClient, request: RequestHead, target: Target) {
    this.#client = client;
    this.#request = request;
    this.#target = target;
    this.#leave = client.hub.traffic.enter(target.mark, request.fields);
    this.#body = createBodyReader(request.body, false);
    this.#relay = new ResponseRelay(request, target.mark, client, {
      mustClose: () => client.hub.draining || !staysOpen(request),
      replaces: ({ status }) => status === 404 && lacksIcon(client.hub, request, target),
    });
  }

  /** Whether all of the request has come. */
  get requestEnded(): boolean {
    return this.#body.ended;
  }

  /** Whether the response has begun. */
  get answered(): boolean {
    return this.#relay.headSent;
  }

  /** The connection to the service, while there is one. */
  get socket(): Socket | undefined {
    return this.#upstream?.socket;
  }

  start(): void {
    const pool = this.#client.hub.poolOf(this.#target);
    const repeatable = this.#body.ended && idempotent.has(this.#request.method);
    const idle = pool.take(repeatable ? 0 : restMs);
    if (idle === undefined) void this.#startAnew();
    else if (repeatable) this.#send(idle);
    else void this.#sendIfOpen(idle);
  }

  /** Takes what belongs to the request, and says how many bytes that was. */
  onRequestData(chunk: Buffer): number {
    const upstream = this.#upstream;
    if (upstream === undefined || this.#body.ended) return 0;
    try {
      const used = this.#body.take(chunk);
      const { output } = this.#body;
      if (output.length === 0) return used;
      this.#sentBody = true;
      if (!upstream.socket.write(output) && !this.#body.ended) this.#client.holdBody();
      return used;
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      this.#fail(malformedPage(error.status, error.message));
      return chunk.length;
    }
  }

  onClientDrain(): void {
    this.#upstream?.socket.resume();
  }

  /** The client is no longer there: nobody wants the response. */
  onClientGone(): void {
    this.#end()?.socket.destroy();
  }

  onUpstreamDrain(): void {
    if (!this.#body.ended) this.#client.resumeBody();
  }

  onUpstreamData(chunk: Buffer): void {
    try {
      const flows = this.#relay.push(chunk);
      if (this.#relay.replaced) this.#fail(iconPage(this.#client.hub, this.#target));
      else if (this.#relay.switching !== undefined) this.#switchProtocols(this.#relay.switching);
      else if (this.#relay.ended) this.#finish();
      else if (!flows) this.#upstream?.socket.pause();
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      this.#failLost(`sent a response that is not valid HTTP: ${error.message}`);
    }
  }

  onUpstreamEnd(failed: boolean): void {
    const unseen = this.#upstream?.reused === true && !this.#relay.begun && !this.#sentBody;
    if (!failed && this.#relay.endWithConnection()) {
      this.#finish();
    } else if (unseen && idempotent.has(this.#request.method)) {
      // The service closed an idle connection in the very moment of the request, which it has not seen.
      this.#detach()?.socket.destroy();
      void this.#startAnew();
    } else {
      this.#failLost("closed the connection without a complete answer");
    }
  }

  /** Sends what cannot be sent again, once all has been read that came on the connection, such as its end. */
  async #sendIfOpen(idle: UpstreamConnection): Promise<void> {
    // What had come by now is read before the second.
    await setImmediate();
    await setImmediate();
    if (this.#over) idle.socket.destroy();
    else if (idle.socket.destroyed) this.start();
    else this.#send(idle);
  }

  async #startAnew(): Promise<void> {
    const waiter = {
      isOver: () => this.#over,
      isPage: isPage(this.#request),
      isProbe: () => isProbe(this.#request.fields),
    };
    const reached = await reachService(this.#client.hub, this.#target, waiter);
    this.#target = reached.target;
    if (this.#over) {
      if ("connection" in reached) reached.connection.giveBack(1_000);
      return;
    }
    if ("page" in reached) await this.#failWith(reached.page(reached.target));
    else this.#send(reached.connection);
  }

  #send(upstream: UpstreamConnection): void {
    this.#upstream = upstream;
    upstream.user = this;
    const head = buildUpstreamHead(this.#request, this.#client.origin);
    if (this.#body.ended) {
      upstream.socket.write(head, "latin1");
      return;
    }
    upstream.socket.cork();
    upstream.socket.write(head, "latin1");
    this.#client.feedBody();
    upstream.socket.uncork();
  }

  #switchProtocols(first: Buffer): void {
    const upstream = this.#detach();
    if (upstream === undefined) return;
    const asked = listMembers(upgradeOf(this.#request) ?? "");
    const { protocols } = this.#relay;
    // Any other protocol is one that the client would misread.
    const agreed = protocols.length > 0 && protocols.every((protocol) => asked.includes(protocol));
    if (!agreed || !this.#body.ended) {
      upstream.socket.destroy();
      void this.#failWith(lostPage(this.#target, 502, "went over to another protocol without being asked"));
      return;
    }
    this.#relay.writeSwitch();
    this.#over = true;
    const socket = upstream.release();
    socket.once("close", this.#leave);
    this.#client.becomeTunnel(socket, first);
  }

  /** The response is complete. The connection is kept if the service is at its end with this request, too. */
  #finish(): void {
    const upstream = this.#end();
    const keepMs = this.#body.ended ? this.#relay.keepMs : 0;
    upstream?.giveBack(keepMs);
    if (upstream?.socket.isPaused() === true) upstream.socket.resume();
    this.#client.exchangeDone(this.#relay.closes || !this.#body.ended);
  }

  async #failWith(page: Promise<Page>): Promise<void> {
    this.#end()?.socket.destroy();
    if (this.#relay.headSent) this.#breakOff();
    else this.#fail(await page);
  }

  /** Answers with a page; when the response has begun, only the end of the connection can tell that it failed. */
  #fail(page: Page): void {
    const upstream = this.#end();
    upstream?.socket.destroy();
    if (this.#relay.headSent) this.#breakOff();
    else this.#client.answer(page, this.#request, this.#target, !this.#body.ended);
  }

  /** What the service said is the better clue, where it is no HTTP at all. */
  #failLost(what: string): void {
    const { words } = this.#relay;
    void this.#failWith(
      lostPage(this.#target, 502, words === "" ? what : `answered something that is no HTTP: ${words}`),
    );
  }

  /** Ends a response that has begun, so that nobody takes it for complete. */
  #breakOff(): void {
    if (this.#relay.endless) this.#client.reset();
    else this.#client.destroy();
  }

  #end(): UpstreamConnection | undefined {
    this.#over = true;
    this.#leave();
    return this.#detach();
  }

  #detach(): UpstreamConnection | undefined {
    const upstream = this.#upstream;
    this.#upstream = undefined;
    if (upstream !== undefined) upstream.user = undefined;
    return upstream;
  }
}
