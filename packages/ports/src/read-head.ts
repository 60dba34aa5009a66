import { lookup } from "node:dns";
import { type IncomingHttpHeaders, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { LookupFunction } from "node:net";

/** How one request went, up to the end of the response's headers. */
export type Head =
  | { readonly state: "answered"; readonly status: number; readonly headers: IncomingHttpHeaders }
  | { readonly state: "failed"; readonly reason: string }
  | { readonly state: "timeout" };

/** Options of {@link readHead}. */
export interface ReadHeadOptions {
  /** Sent beside what HTTP needs; `host` instead of the URL's own. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Of HTTPS: the one root that is trusted (PEM), and the name that the certificate is to be for. @default none is checked */
  readonly trust?: { readonly root: string; readonly hostname: string } | undefined;
  /** For the whole exchange, from the lookup to the last header, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** RFC 6761, 6.3: `localhost` is this machine, so that no resolver need be asked, and waited for. */
const lookUpHost: LookupFunction = (hostname, options, done) => {
  if (hostname !== "localhost") return lookup(hostname, options, done);
  const both = [
    { address: "127.0.0.1", family: 4 },
    { address: "::1", family: 6 },
  ];
  if (options.all === true) done(null, both);
  else done(null, "127.0.0.1", 4);
};

/**
 * Sends one `GET` on a connection of its own, reads the status and the headers, and drops the connection with the body.
 * No redirect is followed, no proxy asked, and no certificate checked unless that is asked for, since nothing is sent and
 * no body is read.
 *
 * @throws the signal's reason when it is aborted.
 */
export function readHead(url: string, options: ReadHeadOptions): Promise<Head> {
  const { headers = {}, trust, timeoutMs, signal } = options;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const secure = url.startsWith("https:");
    // A server's name that is given is not looked for in the headers, which takes 3 ms the first time.
    const checked = trust && { ca: trust.root, servername: trust.hostname };
    const settings = secure ? (checked ?? { rejectUnauthorized: false }) : { servername: "" };
    const send = secure ? requestHttps : requestHttp;
    const request = send(url, { agent: false, headers, lookup: lookUpHost, ...settings });
    const onAbort = (): void => finish(() => reject(signal?.reason));
    const timer = setTimeout(() => finish(() => resolve({ state: "timeout" })), timeoutMs);
    function finish(settle: () => void): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      settle();
      request.destroy();
    }
    signal?.addEventListener("abort", onAbort, { once: true });
    request.once("response", ({ statusCode = 0, headers }) =>
      finish(() => resolve({ state: "answered", status: statusCode, headers })),
    );
    // Stays for good: dropping the connection may raise another error, which must find a listener.
    request.on("error", (error: NodeJS.ErrnoException) =>
      finish(() => resolve({ state: "failed", reason: error.code ?? error.message })),
    );
    request.end();
  });
}
