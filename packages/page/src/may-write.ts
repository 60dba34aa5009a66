import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Why a write is refused; `undefined`: it is the page's own. */
export function refuseWrite({ headers }: IncomingMessage, token: string): string | undefined {
  const { origin, host = "", "sec-fetch-site": site, "content-type": type = "" } = headers;
  const given = String(headers["x-cspace-token"] ?? "");
  // Of HTTP and HTTPS alike: the proxy on the way may have taken the encryption off.
  const own = [`http://${host}`, `https://${host}`];
  if (origin === undefined || !own.includes(origin)) return "it does not come from this page";
  if (site !== undefined && site !== "same-origin") return "it does not come from this page";
  if (!/^application\/json\b/.test(type)) return "it is not JSON";
  const [one, other] = [Buffer.from(given), Buffer.from(token)];
  if (one.length !== other.length || !timingSafeEqual(one, other)) return "this page is an old one; load it again";
  return undefined;
}
