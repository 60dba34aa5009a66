import { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** A connection, or a stream within one. */
interface Endpoint extends Duplex {
  setTimeout(milliseconds: number, callback?: () => void): unknown;
}

/** One end of a tunnel, and what came from it before it was one. */
export interface TunnelEnd {
  readonly socket: Endpoint;
  readonly first: Buffer;
}

/**
 * Joins two connections: what comes from one goes to the other, at the pace of who reads, until both have ended. When one
 * has closed, the other is given up if it takes nothing of what is left for it within `stallTimeoutMs`.
 */
export function joinTunnel(client: TunnelEnd, service: TunnelEnd, stallTimeoutMs: number): void {
  lead(client, service.socket, stallTimeoutMs);
  lead(service, client.socket, stallTimeoutMs);
}

function lead({ socket, first }: TunnelEnd, to: Endpoint, stallTimeoutMs: number): void {
  if (first.length > 0) to.write(first);
  socket.pipe(to);
  socket.once("close", (failed: boolean) => {
    if (failed) to.destroy();
    else {
      to.setTimeout(stallTimeoutMs, () => to.destroy());
      if (to instanceof Socket) to.destroySoon();
      else to.end();
    }
  });
}
