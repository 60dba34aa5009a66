import { connect } from "node:net";

/** Options of {@link acceptsConnections}. */
export interface AcceptsConnectionsOptions {
  /**
   * How long a connection has to stay open, in milliseconds: what publishes the port of a container takes every one, and
   * closes it at once while nothing listens in the container. @default 50
   */
  readonly graceMs?: number;
  /** @default 1_000 */
  readonly timeoutMs?: number;
  /** @default "127.0.0.1" */
  readonly host?: string;
}

/**
 * Whether something behind a port of this machine takes connections. Nothing is sent.
 *
 * @example
 * ```ts
 * await acceptsConnections(3000); //=> false
 * ```
 */
export function acceptsConnections(port: number, options: AcceptsConnectionsOptions = {}): Promise<boolean> {
  const { graceMs = 50, timeoutMs = 1_000, host = "127.0.0.1" } = options;
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    let timer = setTimeout(() => settle(false), timeoutMs);
    function settle(accepted: boolean): void {
      clearTimeout(timer);
      socket.destroy();
      resolve(accepted);
    }
    // Stays for good: a connection that is dropped may raise another error.
    socket.on("error", () => settle(false));
    socket.once("end", () => settle(false));
    socket.once("close", () => settle(false));
    // A server that speaks first is there.
    socket.once("data", () => settle(true));
    socket.once("connect", () => {
      clearTimeout(timer);
      timer = setTimeout(() => settle(true), graceMs);
    });
  });
}
