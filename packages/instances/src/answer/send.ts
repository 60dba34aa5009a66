import type { IncomingMessage, ServerResponse } from "node:http";
import type { Refusal } from "./guard.ts";

/** What every answer says: nobody keeps it, guesses what it is, or uses it from elsewhere. */
const common = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
} as const;

/** Answers with a document for programs. */
export function sendJson(request: IncomingMessage, response: ServerResponse, status: number, data: object): void {
  const body = `${JSON.stringify(data)}\n`;
  response.writeHead(status, {
    ...common,
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** Answers with a text that is shown. */
export function sendText(
  request: IncomingMessage,
  response: ServerResponse,
  { status, type, body }: { readonly status: number; readonly type: string; readonly body: string },
): void {
  response.writeHead(status, {
    ...common,
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** Says why a request is refused. */
export function sendRefusal(request: IncomingMessage, response: ServerResponse, { status, ...said }: Refusal): void {
  sendJson(request, response, status, said);
}
