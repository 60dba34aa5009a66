import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  constants,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import { reachService } from "../client/reach-service.ts";
import { isProbe } from "../client/traffic.ts";
import type { RequestOrigin } from "../http/forwarded.ts";
import { isAuthority } from "../http/request-head.ts";
import type { Hub } from "../hub.ts";
import { asleepPage, loopPage, lostPage, malformedPage, unknownHostPage } from "../pages/pages.ts";
import type { Page } from "../pages/render-page.ts";
import { hostnameOf, marksOf, type Target } from "../route-table.ts";
import type { Http2Upstreams } from "./http2-upstreams.ts";
import { requestHeaders, responseHeaders } from "./stream-headers.ts";

/** What a stream is relayed with. */
export interface RelayOptions {
  readonly hub: Hub;
  readonly upstreams: Http2Upstreams;
  readonly origin: RequestOrigin;
}

/** Hands one request of a client to its service, and the answer back with its trailers, both at the pace of who reads. */
export async function relayStream(
  { hub, upstreams, origin }: RelayOptions,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): Promise<void> {
  // How it ended, its code says; whoever it was for has gone.
  stream.on("error", () => undefined);
  const authority = headers[":authority"] ?? headers.host ?? "";
  if (headers[":method"] === "CONNECT" || !isAuthority(authority)) {
    answer(stream, headers, malformedPage(400, "it names no service"));
    return;
  }
  const wanted = hub.table.byHostname.get(hostnameOf(authority));
  if (wanted === undefined) return answer(stream, headers, unknownHostPage(hub.table, { authority }, origin.scheme));
  if (String(headers.via ?? "").includes(origin.gatewayName)) return answer(stream, headers, loopPage(wanted), wanted);
  const fields = Object.keys(headers).map((key) => ({ key }));
  if (wanted.route.wake !== undefined && isProbe(fields)) return answer(stream, headers, asleepPage(wanted), wanted);
  stream.once("close", hub.traffic.enter(wanted.mark, fields));
  const reached = await reach(hub, upstreams, wanted);
  if (!isOpen(stream)) return;
  const { target } = reached;
  if ("page" in reached) return answer(stream, headers, await reached.page, target);
  const upstream = reached.session.request(requestHeaders(headers, authority, origin), {
    endStream: stream.endAfterHeaders,
  });
  const lost = (): void => {
    if (stream.destroyed) return;
    const words = "closed the connection, or does not speak HTTP/2 without encryption, which was asked of it";
    if (stream.headersSent) stream.destroy(broken());
    else void lostPage(target, 502, words).then((page) => answer(stream, headers, page, target));
  };
  join(stream, upstream, { mark: target.mark, lost });
}

type Found =
  | { readonly target: Target; readonly session: ClientHttp2Session }
  | { readonly target: Target; readonly page: Promise<Page> };

/** Those who ask for a service at once wait for one session. */
const reaching = new WeakMap<Http2Upstreams, Map<string, Promise<Found>>>();

async function reach(hub: Hub, upstreams: Http2Upstreams, target: Target): Promise<Found> {
  const found = upstreams.find(target.poolKey);
  if (found !== undefined) return { target, session: found };
  const pending = reaching.get(upstreams) ?? new Map<string, Promise<Found>>();
  reaching.set(upstreams, pending);
  const begun =
    pending.get(target.poolKey) ?? openSession(hub, upstreams, target).finally(() => pending.delete(target.poolKey));
  pending.set(target.poolKey, begun);
  return await begun;
}

async function openSession(hub: Hub, upstreams: Http2Upstreams, wanted: Target): Promise<Found> {
  const reached = await reachService(hub, wanted, { isOver: () => hub.isEnding });
  const { target } = reached;
  if ("page" in reached) return { target, page: reached.page(target) };
  const socket = reached.connection.release();
  const found = upstreams.find(target.poolKey);
  if (found !== undefined) socket.destroy();
  return { target, session: found ?? upstreams.open(target.poolKey, socket) };
}

/** Whether there is still somebody to send something to. */
const isOpen = (stream: ServerHttp2Stream): boolean => !stream.closed && !stream.destroyed;

/** Does what Node refuses for some headers of a service, and for a client that is just leaving. */
function attempt(stream: ServerHttp2Stream, act: () => void): void {
  if (!isOpen(stream)) return;
  try {
    act();
  } catch (error) {
    stream.destroy(error as Error);
  }
}

function join(
  stream: ServerHttp2Stream,
  upstream: ClientHttp2Stream,
  { mark, lost }: { readonly mark: string; readonly lost: () => void },
): void {
  let trailers: IncomingHttpHeaders = {};
  upstream.on("headers", (informational) => attempt(stream, () => stream.additionalHeaders(informational)));
  upstream.on("response", (headers, flags) => {
    const endStream = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    attempt(stream, () => {
      stream.respond(responseHeaders(headers, mark), { endStream, waitForTrailers: !endStream });
      if (endStream) return;
      stream.on("wantTrailers", () => attempt(stream, () => stream.sendTrailers(trailers)));
      upstream.pipe(stream, { end: false });
    });
  });
  // A stream that was reset has an end as well.
  upstream.on("end", () => {
    if (upstream.rstCode === constants.NGHTTP2_NO_ERROR) stream.end();
  });
  upstream.on("trailers", (received) => {
    trailers = received;
  });
  upstream.on("error", lost);
  upstream.once("close", () => {
    if (!stream.headersSent) lost();
    else if (upstream.rstCode !== constants.NGHTTP2_NO_ERROR) stream.destroy(broken());
  });
  stream.once("close", () => upstream.close(constants.NGHTTP2_CANCEL));
  if (!stream.endAfterHeaders) stream.pipe(upstream);
}

/** Node ends a stream that is closed with a code as if it were complete; one that is destroyed is reset. */
const broken = (): Error => new Error("the service did not end its answer");

/** What the gateway itself has to say: to gRPC in its own words, else in plain text. */
function answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, page: Page, target?: Target): void {
  if (!isOpen(stream) || stream.headersSent) return;
  const marks = Object.fromEntries(marksOf(target).map(([name, value]) => [name.toLowerCase(), value]));
  const { message, lines = [], links = [], status } = page;
  if (/^application\/grpc\b/.test(headers["content-type"] ?? "")) {
    const grpc = {
      "content-type": "application/grpc",
      "grpc-status": grpcStatus(status),
      "grpc-message": encode(message),
    };
    stream.respond({ ":status": 200, ...grpc, ...marks }, { endStream: true });
    return;
  }
  const text = [message, ...links.map(({ url }) => `  ${url}`), ...lines.map((line) => `  ${line}`), ""].join("\n");
  stream.respond({
    ":status": status,
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-store",
    ...marks,
  });
  stream.end(text);
}

/** https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md: 12 is UNIMPLEMENTED, 14 UNAVAILABLE. */
const grpcStatus = (status: number): string => (status === 404 || status === 508 ? "12" : "14");

/** https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md: percent-encoded but for printable ASCII. */
const encode = (message: string): string =>
  [...Buffer.from(message)]
    .map((byte) => (byte >= 0x20 && byte <= 0x7e && byte !== 0x25 ? String.fromCharCode(byte) : percent(byte)))
    .join("");

const percent = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
