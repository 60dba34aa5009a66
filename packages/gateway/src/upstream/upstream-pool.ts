import { DialError, dial } from "./dial.ts";
import { UpstreamConnection, type UpstreamHome } from "./upstream-connection.ts";

/** More idle connections than this to one service are not kept. */
const maxIdle = 256;

/** The connections to one service. The last that was used is the first to be used again, so the others may grow old. */
export class UpstreamPool implements UpstreamHome {
  readonly port: number | null;
  readonly #dialTimeoutMs: number;
  readonly #all = new Set<UpstreamConnection>();
  readonly #idle: UpstreamConnection[] = [];
  #closed = false;
  #addresses: readonly string[] = ["127.0.0.1", "::1"];

  constructor(port: number | null, dialTimeoutMs: number) {
    this.port = port;
    this.#dialTimeoutMs = dialTimeoutMs;
  }

  /** How many connections are open. */
  get size(): number {
    return this.#all.size;
  }

  /** A connection that has been idle for `restMs`, or `undefined`. */
  take(restMs = 0): UpstreamConnection | undefined {
    const now = Date.now();
    for (let at = this.#idle.length - 1; at >= 0; at -= 1) {
      const found = this.#idle[at];
      if (found === undefined || now - found.idleSince < restMs) continue;
      if (at === this.#idle.length - 1) this.#idle.pop();
      else this.#idle.splice(at, 1);
      if (found.idleUntil > now && !found.socket.destroyed) return found;
      found.socket.destroy();
    }
    return undefined;
  }

  /**
   * A new connection.
   *
   * @throws {DialError}
   */
  async connect(): Promise<UpstreamConnection> {
    if (this.port === null) throw new DialError("ECONNREFUSED");
    const socket = await dial(this.port, { timeoutMs: this.#dialTimeoutMs, addresses: this.#addresses });
    // A process listens where it listened: the address that answered is the first to be asked the next time.
    if (socket.remoteFamily === "IPv6") this.#addresses = ["::1", "127.0.0.1"];
    const connection = new UpstreamConnection(socket, this);
    this.#all.add(connection);
    socket.once("close", () => this.#forget(connection));
    return connection;
  }

  /** Takes a connection back, to be used again within `keepMs`. */
  put(connection: UpstreamConnection, keepMs: number): void {
    connection.user = undefined;
    if (this.#closed || keepMs <= 0 || this.#idle.length >= maxIdle || connection.socket.destroyed) {
      connection.socket.destroy();
      return;
    }
    connection.reused = true;
    connection.idleSince = Date.now();
    connection.idleUntil = connection.idleSince + keepMs;
    this.#idle.push(connection);
  }

  /** Closes what has been idle for too long. */
  sweep(now: number): void {
    for (const connection of this.#idle.filter(({ idleUntil }) => idleUntil <= now)) {
      this.#removeIdle(connection);
      connection.socket.destroy();
    }
  }

  /** Closes what is idle now, and what comes back later. */
  close(): void {
    this.#closed = true;
    for (const connection of this.#idle.splice(0)) connection.socket.destroy();
  }

  #forget(connection: UpstreamConnection): void {
    this.#all.delete(connection);
    this.#removeIdle(connection);
  }

  #removeIdle(connection: UpstreamConnection): void {
    const at = this.#idle.indexOf(connection);
    if (at !== -1) this.#idle.splice(at, 1);
  }
}
