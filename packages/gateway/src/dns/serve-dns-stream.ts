import type { Socket } from "node:net";

/** A connection over which nothing comes is closed after this (RFC 7766, 6.2.3). */
const idleMs = 10_000;

/** Answers the messages of one TCP connection, each behind its length in two bytes (RFC 1035, 4.2.2), in their order. */
export function serveDnsStream(socket: Socket, answer: (message: Buffer) => Buffer | undefined): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.setTimeout(idleMs, () => socket.destroy());
  socket.on("error", () => socket.destroy());
  socket.on("end", () => socket.end());
  socket.on("drain", () => socket.resume());
  socket.on("data", (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (pending.length >= 2) {
      const end = 2 + pending.readUInt16BE(0);
      if (pending.length < end) return;
      const reply = answer(pending.subarray(2, end));
      pending = pending.subarray(end);
      // Nobody who asks sends what has no answer.
      if (reply === undefined) return void socket.destroy();
      const size = Buffer.alloc(2);
      size.writeUInt16BE(reply.length);
      if (!socket.write(Buffer.concat([size, reply]))) socket.pause();
    }
  });
}
