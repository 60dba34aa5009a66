import type { Socket } from "node:net";

/** How many bytes the system has taken of what was written to a socket: it moves as long as the peer reads. */
export function bytesTaken(socket: Socket): number {
  return socket.bytesWritten - socket.writableLength;
}

/** How many bytes have gone either way: it stands still when both sides do. */
export function bytesMoved(socket: Socket): number {
  return socket.bytesRead + bytesTaken(socket);
}
