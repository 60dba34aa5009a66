import type { Socket } from "node:net";

/** One end of a tunnel, and what came from it before it was one. */
export interface TunnelEnd {
  readonly socket: Socket;
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

function lead({ socket, first }: TunnelEnd, to: Socket, stallTimeoutMs: number): void {
  if (first.length > 0) to.write(first);
  socket.pipe(to);
  socket.once("close", (failed: boolean) => {
    if (failed) to.destroy();
    else to.setTimeout(stallTimeoutMs, () => to.destroy()).destroySoon();
  });
}
