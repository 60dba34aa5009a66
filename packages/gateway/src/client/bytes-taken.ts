import type { Socket } from "node:net";

/** How many bytes the system has taken of what was written to a socket: it moves as long as the peer reads. */
export function bytesTaken(socket: Socket): number {
  return socket.bytesWritten - socket.writableLength;
}
