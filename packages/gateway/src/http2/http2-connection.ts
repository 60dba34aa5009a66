import { createServer, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import type { RequestOrigin } from "../http/forwarded.ts";
import type { Hub, Tracked } from "../hub.ts";
import { Http2Upstreams } from "./http2-upstreams.ts";
import { relayStream } from "./relay-stream.ts";

/** As many requests at once as one client may have (RFC 9113, 6.5.2). */
const maxConcurrentStreams = 250;

/** The services that clients of one gateway speak HTTP/2 to. They are left when the last such client is gone. */
const upstreamsOf = new WeakMap<Hub, Http2Upstreams>();

/**
 * The connection of a client that speaks HTTP/2 without encryption, and knows that it may (RFC 9113, 3.3): as gRPC does.
 * Each of its streams is handed to a service that does, too.
 */
export class Http2Connection implements Tracked {
  readonly deadline = 0;
  readonly #socket: Socket;
  #session: ServerHttp2Session | undefined;
  #streams = 0;

  constructor(hub: Hub, socket: Socket, origin: RequestOrigin) {
    this.#socket = socket;
    const upstreams = upstreamsOf.get(hub) ?? new Http2Upstreams();
    upstreamsOf.set(hub, upstreams);
    const { maxHeaderBytes, idleTimeoutMs } = hub.limits;
    const server = createServer({ settings: { maxConcurrentStreams, maxHeaderListSize: maxHeaderBytes } });
    server.once("session", (session) => {
      this.#session = session;
      // A long silent stream is not idle.
      session.setTimeout(idleTimeoutMs);
      session.on("timeout", () => {
        if (this.#streams === 0) session.close();
      });
    });
    server.on("stream", (stream, headers) => {
      this.#count(stream);
      // Node refuses some headers only when they are to be sent on.
      relayStream({ hub, upstreams, origin }, stream, headers).catch((error: Error) => stream.destroy(error));
    });
    // What a client does wrong ends its session alone.
    server.on("sessionError", () => socket.destroy());
    hub.add(this);
    upstreams.join();
    socket.on("error", () => undefined);
    socket.once("close", () => {
      hub.remove(this);
      upstreams.leave();
    });
    server.emit("connection", socket);
  }

  onDeadline(): void {}

  drain(): void {
    this.#session?.close();
  }

  destroy(): void {
    this.#session?.destroy();
    this.#socket.destroy();
  }

  #count(stream: ServerHttp2Stream): void {
    this.#streams += 1;
    stream.once("close", () => {
      this.#streams -= 1;
    });
  }
}
