import { createServer, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import type { RequestOrigin } from "../http/forwarded.ts";
import type { Hub, Tracked } from "../hub.ts";
import { Http2Upstreams } from "./http2-upstreams.ts";
import { relayStream } from "./relay-stream.ts";
import { StreamClient } from "./stream-client.ts";

/** As many requests at once as one client may have (RFC 9113, 6.5.2). */
const maxConcurrentStreams = 250;

/** What is asked of a service in its own HTTP/2: gRPC knows nothing else. */
const isGrpc = (headers: IncomingHttpHeaders): boolean => /^application\/grpc\b/.test(headers["content-type"] ?? "");

/** The services that clients of one gateway speak HTTP/2 to. They are left when the last such client is gone. */
const upstreamsOf = new WeakMap<Hub, Http2Upstreams>();

/**
 * The connection of a client that speaks HTTP/2. Without encryption it knows that it may (RFC 9113, 3.3), as gRPC does, and
 * each of its streams is handed to a service that does, too. One that is encrypted is a browser's: its services speak
 * HTTP/1.1, but for those of gRPC.
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
    // A WebSocket in a stream (RFC 8441, section 3).
    const enableConnectProtocol = origin.scheme === "https";
    const server = createServer({
      settings: { maxConcurrentStreams, maxHeaderListSize: maxHeaderBytes, enableConnectProtocol },
    });
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
      const { ":authority": authority = headers.host ?? "", ":path": path = "" } = headers;
      const isInternal = hub.internalFor(authority, path) !== undefined;
      if (isInternal || (origin.scheme === "https" && !isGrpc(headers))) {
        new StreamClient(hub, origin, stream).start(headers);
        return;
      }
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
