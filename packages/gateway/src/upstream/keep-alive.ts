import type { ResponseHead } from "../http/response-head.ts";

/** Node keeps a silent connection for 5 s; this is safely before that. */
const defaultKeepMs = 4_000;
const maxKeepMs = 60_000;

/**
 * How long a connection may be kept after this response, in milliseconds; 0 when not at all. A second before the service
 * itself closes it, where it says when (`Keep-Alive: timeout=5`), so that no request meets a connection that closes.
 */
export function keepAliveMs({ minor, connection, fields }: ResponseHead): number {
  if (minor === 0 || connection.includes("close")) return 0;
  for (const { key, value } of fields) {
    if (key !== "keep-alive") continue;
    const seconds = /(?:^|[\s,;])timeout=(\d{1,9})/i.exec(value)?.[1];
    if (seconds !== undefined) return Math.min(maxKeepMs, Math.max(0, Number(seconds) * 1000 - 1_000));
  }
  return defaultKeepMs;
}
