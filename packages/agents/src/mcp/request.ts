import { type IncomingHttpHeaders, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { CspaceError } from "@cspace/errors";
import { usualPorts } from "@cspace/ports";
import type { AgentsErrorCode } from "../agents-error-code.ts";

/** One request to a route. */
export interface RouteRequest {
  /** Its URL for a program: where it is asked, and by which name. */
  readonly url: string;
  /** In origin-form: what follows the host. */
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Of the answer's body, in bytes; the rest is not read. */
  readonly maxBytes: number;
  /** For all of it. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What came of it. */
export interface RouteAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Whether there was more. */
  readonly isCut: boolean;
}

/** What says where a request goes, and how long it is: that is not for who asks to say. */
const own = new Set([
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "upgrade",
  "te",
  "trailer",
  "expect",
  "proxy-connection",
  "keep-alive",
]);

/**
 * Sends one request to a route, on this machine's loopback whatever its hostname resolves to, and follows no redirect.
 *
 * @throws {CspaceError} `CSPACE_REQUEST_REFUSED` for a path, a method or a header that may lead elsewhere; the system's
 * errors; `ETIMEDOUT`.
 */
export async function requestRoute(asked: RouteRequest): Promise<RouteAnswer> {
  check(asked);
  const { url, path, method, body, headers, maxBytes, timeoutMs, signal } = asked;
  const { protocol, hostname, port, host } = new URL(url);
  const isSecure = protocol === "https:";
  const send = isSecure ? requestHttps : requestHttp;
  const target = {
    host: "127.0.0.1",
    port: Number(port) || (isSecure ? usualPorts.https : usualPorts.http),
    // The certificate is for a name that is this machine's, and so is the way there.
    ...(isSecure ? { servername: hostname, rejectUnauthorized: false } : {}),
  };
  return await new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const sent = send({ ...target, path, method, headers: { ...headers, ...length, host }, agent: false, signal });
    const late = (): void => void sent.destroy(new Error(`no complete answer within ${timeoutMs / 1000} s`));
    const timer = setTimeout(late, timeoutMs);
    sent.once("close", () => clearTimeout(timer));
    sent.on("error", reject);
    sent.once("response", (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const finish = (isCut: boolean): void => {
        clearTimeout(timer);
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, body: Buffer.concat(chunks).subarray(0, maxBytes), isCut });
        sent.destroy();
      };
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > maxBytes) finish(true);
      });
      response.once("end", () => finish(false));
      response.on("error", reject);
    });
    sent.end(body);
  });
}

function check({ path, method, headers }: RouteRequest): void {
  if (!/^\/[\x21-\x7e]*$/.test(path) || path.includes("#")) {
    throw refused(
      `the path ${JSON.stringify(path.slice(0, 80))} is none`,
      "it begins with /, and has neither spaces nor a fragment",
    );
  }
  if (!/^[A-Z]{1,20}$/.test(method) || method === "CONNECT")
    throw refused(`the method ${method.slice(0, 20)} is none`, "use GET");
  for (const [name, value] of Object.entries(headers)) {
    const key = name.toLowerCase();
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(key) || /[^\t\x20-\x7e\x80-\xff]/.test(value) || own.has(key)) {
      throw refused(`the header ${name.slice(0, 40)} may not be sent`, "leave it out");
    }
  }
}

function refused(message: string, hint: string): CspaceError<AgentsErrorCode> {
  return new CspaceError("CSPACE_REQUEST_REFUSED", message, { hint });
}
