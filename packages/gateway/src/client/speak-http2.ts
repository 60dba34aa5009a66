import type { Socket } from "node:net";
import type { RequestOrigin } from "../http/forwarded.ts";
import type { Hub } from "../hub.ts";

/** The head that a client's HTTP/2 begins with when it knows that it may (RFC 9113, 3.4). */
export const http2Preface = "PRI * HTTP/2.0";

/**
 * Hands a connection to who speaks HTTP/2, with what came on it so far. Few clients do without encryption, so its code is
 * loaded for the first.
 */
export async function speakHttp2(
  hub: Hub,
  socket: Socket,
  came: { origin: RequestOrigin; bytes: Buffer },
): Promise<void> {
  for (const event of ["data", "end", "drain"]) socket.removeAllListeners(event);
  socket.pause();
  const { Http2Connection } = await import("../http2/http2-connection.ts");
  if (socket.destroyed || hub.draining) {
    socket.destroy();
    return;
  }
  socket.unshift(came.bytes);
  new Http2Connection(hub, socket, came.origin);
}
