import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http2";
import { httpDate } from "../http/client-head.ts";
import { forwardableAnswer, forwardableHeader } from "../http/forwardable.ts";
import { believedKeys, forwardedFields, noProxy, type RequestOrigin } from "../http/forwarded.ts";
import type { ResponseHead } from "../http/response-head.ts";

/** The headers of a request as they go to the service; `Forwarded` and its kind are written anew. */
export function requestHeaders(
  headers: IncomingHttpHeaders,
  authority: string,
  origin: RequestOrigin,
): OutgoingHttpHeaders {
  const out: OutgoingHttpHeaders = {
    ":method": headers[":method"],
    ":path": headers[":path"],
    ":scheme": "http",
    ":authority": authority,
  };
  let before = noProxy;
  for (const [key, value] of Object.entries(headers)) {
    if (value === undefined || key.startsWith(":")) continue;
    if (origin.trustForwarded && believedKeys.has(key)) before = { ...before, [key]: String(value) };
    else if (forwardableHeader(key) || key === "content-length") out[key] = value;
  }
  // The only one that HTTP/2 knows (RFC 9113, 8.2.2).
  if (/\btrailers\b/.test(String(headers.te ?? ""))) out.te = "trailers";
  for (const line of forwardedFields(authority, origin, before).trimEnd().split("\r\n")) {
    const colon = line.indexOf(":");
    out[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  out.via = [headers.via, `2.0 ${origin.gatewayName}`].filter(Boolean).join(", ");
  return out;
}

/**
 * The head of a response of HTTP/1.1 as it goes to the client. One that goes over to WebSocket is 200 there, and has no
 * proof of a key that the client did not choose (RFC 8441, section 5).
 */
export function answerHeaders({ status, fields, connection }: ResponseHead, mark: string): OutgoingHttpHeaders {
  const isSwitch = status === 101;
  const headers: Record<string, string | string[]> = {};
  for (const { key, value } of fields) {
    if (!forwardableAnswer(key) || connection.includes(key)) continue;
    if (isSwitch ? key === "sec-websocket-accept" : key === "content-length" && (status < 200 || status === 204))
      continue;
    const before = headers[key];
    if (key === "set-cookie") headers[key] = [...(before ?? []), value];
    else headers[key] = before === undefined ? value : `${before}, ${value}`;
  }
  if (status >= 200) headers.date ??= httpDate();
  return { ...headers, ":status": isSwitch ? 200 : status, ...(mark === "" ? {} : { "x-cspace-route": mark }) };
}

/** The headers of a response as they go to the client. */
export function responseHeaders(headers: IncomingHttpHeaders, mark: string): OutgoingHttpHeaders {
  const kept = Object.entries(headers).filter(([key]) => key === ":status" || forwardableAnswer(key));
  return { ...Object.fromEntries(kept), "x-cspace-route": mark };
}
