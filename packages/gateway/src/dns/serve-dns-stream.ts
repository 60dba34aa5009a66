import type { Socket } from "node:net";

/** How long a message may take to come, from the end of the one before it (RFC 7766, 6.2.3). */
const messageMs = 10_000;

/**
 * Answers the messages of one TCP connection, each behind its length in two bytes (RFC 1035, 4.2.2), in their order. A
 * connection on which none is completed in time is closed, however many bytes come.
 */
export function serveDnsStream(
  socket: Socket,
  answer: (message: Buffer) => Buffer | undefined,
  timeoutMs: number = messageMs,
): void {
  let pending: Buffer = Buffer.alloc(0);
  const deadline = setTimeout(() => socket.destroy(), timeoutMs);
  socket.on("close", () => clearTimeout(deadline));
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
      deadline.refresh();
      // Nobody who asks sends what has no answer.
      if (reply === undefined) return void socket.destroy();
      const size = Buffer.alloc(2);
      size.writeUInt16BE(reply.length);
      if (!socket.write(Buffer.concat([size, reply]))) socket.pause();
    }
  });
}
