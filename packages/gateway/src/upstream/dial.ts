import { connect, type Socket } from "node:net";

/** Where a process of this machine may listen; many listen on one of the two only. */
const loopback = ["127.0.0.1", "::1"] as const;

/** How long one address is waited for before the next is tried as well (RFC 8305, 5). */
const attemptDelayMs = 250;

/** No address of a port could be connected to. `code` is the system's, such as `ECONNREFUSED`, or `ETIMEDOUT`. */
export class DialError extends Error {
  readonly code: string;

  constructor(code: string, cause?: unknown) {
    super(`no connection: ${code}`, { cause });
    this.code = code;
  }
}

/** Options of {@link dial}. */
export interface DialOptions {
  /** For all addresses together, in milliseconds. */
  readonly timeoutMs: number;
  /** Tried in this order. @default ["127.0.0.1", "::1"] */
  readonly addresses?: readonly string[];
}

/**
 * Connects to a port of this machine: to each address in turn, to the next as soon as one fails or hesitates, and the
 * first that answers is taken.
 *
 * @throws {DialError} with the code of the first address that failed.
 */
export function dial(port: number, options: DialOptions): Promise<Socket> {
  const { timeoutMs, addresses = loopback } = options;
  return new Promise((resolve, reject) => {
    const attempts = new Set<Socket>();
    let next = 0;
    let failure: DialError | undefined;
    let hesitation: NodeJS.Timeout | undefined;
    const deadline = setTimeout(() => settle(() => reject(new DialError("ETIMEDOUT"))), timeoutMs);

    function settle(answer: () => void): void {
      clearTimeout(deadline);
      clearTimeout(hesitation);
      for (const socket of attempts) socket.destroy();
      attempts.clear();
      next = addresses.length;
      answer();
    }

    function tryNext(): void {
      clearTimeout(hesitation);
      const host = addresses[next];
      if (host === undefined) {
        if (attempts.size === 0) settle(() => reject(failure ?? new DialError("ECONNREFUSED")));
        return;
      }
      next += 1;
      const socket = connect({ port, host, noDelay: true, allowHalfOpen: true });
      attempts.add(socket);
      const onError = (error: NodeJS.ErrnoException): void => {
        if (!attempts.delete(socket)) return;
        failure ??= new DialError(error.code ?? "EUNKNOWN", error);
        tryNext();
      };
      socket.on("error", onError);
      socket.once("connect", () => {
        // What was lost may still report an error; the one that won gets another listener from whoever takes it.
        attempts.delete(socket);
        settle(() => resolve(socket));
      });
      hesitation = setTimeout(tryNext, attemptDelayMs);
    }
    tryNext();
  });
}
