import type { RequestHead } from "../http/request-head.ts";

/** Whether the client takes another response on this connection (RFC 9112, 9.3). */
export function staysOpen({ minor, connection }: Pick<RequestHead, "minor" | "connection">): boolean {
  return minor === 1 && !connection.includes("close");
}
