import { forwardableHeader } from "./forwardable.ts";
import { believedKeys, forwardedFields, joined, noProxy, type RequestOrigin } from "./forwarded.ts";
import { chunked } from "./framing.ts";
import type { RequestHead } from "./request-head.ts";
import { isToken, listMembers } from "./syntax.ts";

/**
 * The head of a request as it goes to the service: the client's headers in their order, without those that concern the
 * connection (RFC 9110, 7.6.1), and with `Via` (7.6.3) and what says who asked of our own.
 */
export function buildUpstreamHead(request: RequestHead, origin: RequestOrigin): string {
  const { authority, connection } = request;
  let head = `${request.method} ${request.target} HTTP/1.1\r\nHost: ${authority}\r\n`;
  let via = "";
  let hasLength = false;
  let before = noProxy;
  for (const { name, key, value } of request.fields) {
    if (key === "via") via += `${value}, `;
    else if (key === "content-length") hasLength = true;
    else if (origin.trustForwarded && believedKeys.has(key)) before = { ...before, [key]: joined(before[key], value) };
    else if (forwardableHeader(key) && !connection.includes(key)) {
      if (key !== "expect" || request.minor === 1) head += `${name}: ${value}\r\n`;
    }
  }
  if (request.body === chunked) head += "Transfer-Encoding: chunked\r\n";
  else if (hasLength) head += `Content-Length: ${request.body}\r\n`;
  const protocol = upgradeOf(request);
  if (protocol !== undefined) head += `Upgrade: ${protocol}\r\nConnection: Upgrade\r\n`;
  else if (takesTrailers(request)) head += "TE: trailers\r\nConnection: TE\r\n";
  return `${head}Via: ${via}${request.received ?? `1.${request.minor}`} ${origin.gatewayName}\r\n${forwardedFields(authority, origin, before)}\r\n`;
}

/**
 * The protocols that a request asks to go over to (RFC 9110, 7.8), or `undefined`. HTTP/2 is none of them: to ask for it
 * so is deprecated (RFC 9113, 3.1), and would take requests past the one reading that they get here.
 */
export function upgradeOf(request: RequestHead): string | undefined {
  if (request.minor === 0 || !request.connection.includes("upgrade")) return undefined;
  const protocols = request.fields
    .filter(({ key }) => key === "upgrade")
    .flatMap(({ value }) => value.split(","))
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol !== "" && protocol.toLowerCase() !== "h2c");
  return protocols.length === 0 ? undefined : protocols.join(", ");
}

/** Whether every member of an `Upgrade` is a protocol, `token [ "/" token ]`. */
export function isUpgrade(protocols: string): boolean {
  const members = listMembers(protocols);
  return (
    members.length > 0 &&
    members.every((member) => /^[^/]+(?:\/[^/]+)?$/.test(member) && member.split("/").every(isToken))
  );
}

function takesTrailers(request: RequestHead): boolean {
  return (
    request.minor === 1 &&
    request.fields.some(({ key, value }) => key === "te" && listMembers(value).includes("trailers"))
  );
}
