import type { Socket } from "node:net";

/** Who uses a connection to a service right now. */
export interface UpstreamUser {
  onUpstreamData(chunk: Buffer): void;
  /** The service sends nothing more; `failed` when the connection broke. */
  onUpstreamEnd(failed: boolean): void;
  /** What was written has gone out, and more may follow. */
  onUpstreamDrain(): void;
}

/** Where a connection comes from, and goes back to. */
export interface UpstreamHome {
  put(connection: UpstreamConnection, keepMs: number): void;
}

/** One connection to a service: used by one request at a time, and kept between two. */
export class UpstreamConnection {
  readonly socket: Socket;
  /** Nobody while it is idle: whatever the service then sends or does ends the connection. */
  user: UpstreamUser | undefined;
  /** Whether it served a request before. */
  reused = false;
  /** Until when it may be used again, by the clock of `Date.now`. */
  idleUntil = 0;
  /** Since when it is idle, by the same clock. */
  idleSince = 0;
  readonly #home: UpstreamHome;

  constructor(socket: Socket, home: UpstreamHome) {
    this.socket = socket;
    this.#home = home;
    socket.on("data", (chunk: Buffer) =>
      this.user === undefined ? socket.destroy() : this.user.onUpstreamData(chunk),
    );
    socket.on("end", () => this.#end(false));
    socket.on("error", () => this.#end(true));
    socket.on("close", () => this.#end(true));
    socket.on("drain", () => this.user?.onUpstreamDrain());
  }

  /** Is done with a request, and may be used for another one within `keepMs`; its route may be gone by now. */
  giveBack(keepMs: number): void {
    this.#home.put(this, keepMs);
  }

  /** Gives the socket to somebody who listens to it by himself; errors go on being caught. */
  release(): Socket {
    this.user = undefined;
    // Its pool is still to know when it closes.
    for (const event of ["data", "end", "drain"]) this.socket.removeAllListeners(event);
    return this.socket;
  }

  #end(failed: boolean): void {
    const { user } = this;
    if (user === undefined) this.socket.destroy();
    else user.onUpstreamEnd(failed);
  }
}
