/** What concerns one connection alone and never passes a proxy, beside what `Connection` names (RFC 9110, 7.6.1). */
const hopByHop = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
];

/** What is written anew into every request: whose it is, who it was asked for, and how long it is. */
const writtenAnew = ["host", "content-length", "via", "forwarded", "x-real-ip"];

const notInRequest = new Set([...hopByHop, ...writtenAnew]);
/** A promise that a host is served over HTTPS alone (RFC 6797) would bind browsers for longer than the machine keeps it. */
const notInResponse = new Set([...hopByHop, "x-cspace-route", "strict-transport-security"]);
/** Framing, routing and what is read before the body may not come after it (RFC 9110, 6.5.1). */
const notInTrailer = new Set([
  ...notInRequest,
  "x-cspace-route",
  "trailer",
  "authorization",
  "cookie",
  "set-cookie",
  "expect",
]);

/**
 * Whether a header of a client's request goes to the service as it is. Those by which a proxy says who asked do not, and
 * neither do the spellings with `_` that some servers take for one that is written anew: CGI has one name for both.
 */
export function forwardableHeader(key: string): boolean {
  if (key.includes("_")) return forwardableHeader(key.replaceAll("_", "-"));
  return !notInRequest.has(key) && !claimsOrigin(key);
}

/** Whether a header of a service's response goes to the client as it is. */
export function forwardableAnswer(key: string): boolean {
  return !notInResponse.has(key);
}

/** Whether a field may stand behind a body. */
export function forwardableTrailer(key: string): boolean {
  if (key.includes("_")) return forwardableTrailer(key.replaceAll("_", "-"));
  return !notInTrailer.has(key) && !claimsOrigin(key);
}

function claimsOrigin(key: string): boolean {
  return key.startsWith("x-forwarded");
}
