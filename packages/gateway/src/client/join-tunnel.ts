import type { Socket } from "node:net";

/** One end of a tunnel, and what came from it before it was one. */
export interface TunnelEnd {
  readonly socket: Socket;
  readonly first: Buffer;
}

/** Joins two connections: what comes from one goes to the other, at the pace of who reads, until both have ended. */
export function joinTunnel(client: TunnelEnd, service: TunnelEnd): void {
  lead(client, service.socket);
  lead(service, client.socket);
}

function lead({ socket, first }: TunnelEnd, to: Socket): void {
  if (first.length > 0) to.write(first);
  socket.pipe(to);
  socket.once("close", (failed: boolean) => (failed ? to.destroy() : to.destroySoon()));
}
