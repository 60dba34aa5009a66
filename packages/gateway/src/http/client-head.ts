import { forwardableAnswer } from "./forwardable.ts";
import type { ResponseHead } from "./response-head.ts";

/** How a response goes on to the client. */
export interface ResponseChanges {
  /** The route's mark; empty: there is none. */
  readonly mark: string;
  /** `chunked` puts chunks around a body that came without; `decoded` takes them away. */
  readonly framing: "as it is" | "chunked" | "decoded";
  /** Whether the connection ends with this response. */
  readonly close: boolean;
}

/**
 * The head of a response as it goes to the client: the service's headers in their order, without those that concern the
 * connection (RFC 9110, 7.6.1), with the route's mark, and with a date (6.6.1).
 */
export function buildClientHead(response: ResponseHead, changes: ResponseChanges): string {
  const { status, connection } = response;
  const { mark, framing, close } = changes;
  const lengthless = status < 200 || status === 204;
  let head = `HTTP/1.1 ${status} ${response.reason}\r\n`;
  let dated = status < 200;
  let upgrade = "";
  let chunkedAlready = false;
  for (const { name, key, value } of response.fields) {
    if (key === "date") dated = true;
    if (key === "upgrade") upgrade = value;
    if (key === "transfer-encoding") chunkedAlready = true;
    if (key === "content-length" && lengthless) continue;
    if (key === "trailer" && framing === "decoded") continue;
    if (key === "content-length" || (forwardableAnswer(key) && !connection.includes(key)))
      head += `${name}: ${value}\r\n`;
  }
  if (framing === "chunked" || (chunkedAlready && framing === "as it is" && !lengthless)) {
    head += "Transfer-Encoding: chunked\r\n";
  }
  if (!dated) head += `Date: ${httpDate()}\r\n`;
  if (status === 101) head += `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n`;
  else if (close && status >= 200) head += "Connection: close\r\n";
  return mark === "" ? `${head}\r\n` : `${head}X-Cspace-Route: ${mark}\r\n\r\n`;
}

let dateText = "";
let dateSecond = 0;

/** Now, as HTTP writes it; made once a second. */
export function httpDate(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(second * 1000).toUTCString();
  }
  return dateText;
}
