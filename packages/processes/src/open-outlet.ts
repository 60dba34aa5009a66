import type { Socket } from "node:net";
import { PassThrough, type Readable } from "node:stream";

/** What comes out of a socket, which may be closed here while the other end goes on. */
export interface Outlet {
  readonly stream: Readable;
  /** Leaves what comes from now on in the system, for whoever else has the socket, or until `resume`. */
  readonly hold: () => void;
  readonly resume: () => void;
  /** Closes the socket. What has come through it is still in the stream, which then ends. */
  readonly close: () => void;
}

/** Node's own part of a socket. It is no public interface: without it, lines may be read by two, and lose their order. */
interface Inner {
  readonly _handle?: { reading?: boolean; readonly readStop?: () => void; readonly readStart?: () => void } | null;
}

/** Reads from a socket. */
export function openOutlet(socket: Socket): Outlet {
  const inner: Inner = socket as object;
  const stream = new PassThrough();
  socket.on("error", () => undefined);
  // Also one that was closed before, or by something that is none of the process's.
  if (socket.destroyed) stream.end();
  else socket.once("close", () => stream.end()).pipe(stream);
  return {
    stream,
    // `pause` alone goes on reading until the socket's buffer is full.
    hold: () => {
      inner._handle?.readStop?.();
      // One that is held back is not to begin again by itself when its reader has caught up.
      if (inner._handle != null) inner._handle.reading = true;
    },
    resume: () => inner._handle?.readStart?.(),
    close: () => {
      socket.unpipe(stream);
      const rest: Buffer | null = socket.read();
      stream.end(rest ?? undefined);
      socket.destroy();
    },
  };
}
