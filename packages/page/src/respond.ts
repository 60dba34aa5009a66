import type { IncomingMessage, ServerResponse } from "node:http";

/**
 * What a page may do: nothing but what comes from its own host, and in nobody's frame.
 *
 * @see https://www.w3.org/TR/CSP3/
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const common = {
  "content-security-policy": policy,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
} as const;

/** Answers with a whole body. */
export function send(
  request: IncomingMessage,
  response: ServerResponse,
  {
    status = 200,
    type,
    body,
    keep = false,
  }: {
    readonly status?: number;
    readonly type: string;
    readonly body: string | Buffer;
    /** Whether it never changes under its name. @default false */
    readonly keep?: boolean;
  },
): void {
  response.writeHead(status, {
    ...common,
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "cache-control": keep ? "public, max-age=31536000, immutable" : "no-store",
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** Answers with a document for programs. */
export function sendJson(request: IncomingMessage, response: ServerResponse, data: object, status = 200): void {
  send(request, response, { status, type: "application/json; charset=utf-8", body: `${JSON.stringify(data)}\n` });
}

/** How often a stream says that it is still there: a proxy on the way may give up what is silent. */
const beatMs = 20_000;

/** A stream of events. */
export interface EventStream {
  readonly send: (data: object) => void;
  /** Whether the other side takes no more for now. */
  readonly isFull: () => boolean;
  readonly drained: () => Promise<void>;
  /** Aborted when nobody reads it any more. */
  readonly signal: AbortSignal;
  readonly end: () => void;
}

/**
 * Begins a stream of events.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function startEvents(response: ServerResponse): EventStream {
  response.writeHead(200, {
    ...common,
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
  });
  response.write(":\n\n");
  const beat = setInterval(() => response.write(":\n\n"), beatMs).unref();
  const gone = new AbortController();
  response.once("close", () => {
    clearInterval(beat);
    gone.abort();
  });
  return {
    send: (data) => void response.write(`data: ${JSON.stringify(data)}\n\n`),
    isFull: () => response.writableNeedDrain,
    drained: () =>
      new Promise((resolve) => {
        response.once("drain", resolve);
        response.once("close", resolve);
      }),
    signal: gone.signal,
    end: () => void response.end(),
  };
}
