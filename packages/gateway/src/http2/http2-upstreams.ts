import { type ClientHttp2Session, connect } from "node:http2";
import type { Socket } from "node:net";

/** The HTTP/2 sessions with services, one for each. */
export class Http2Upstreams {
  readonly #sessions = new Map<string, ClientHttp2Session>();
  #clients = 0;

  join(): void {
    this.#clients += 1;
  }

  /** Without clients nothing is kept. */
  leave(): void {
    this.#clients -= 1;
    if (this.#clients > 0) return;
    for (const session of this.#sessions.values()) session.close();
    this.#sessions.clear();
  }

  /** The session with a service, as long as it takes requests. */
  find(key: string): ClientHttp2Session | undefined {
    const session = this.#sessions.get(key);
    return session === undefined || session.closed || session.destroyed ? undefined : session;
  }

  /** Begins a session on a connection to a service. */
  open(key: string, socket: Socket): ClientHttp2Session {
    const session = connect("http://service", { createConnection: () => socket });
    // The last client may have left while the service was dialled.
    if (this.#clients === 0) session.close();
    this.#sessions.set(key, session);
    // Its streams fail with it, and say so.
    session.on("error", () => undefined);
    session.once("close", () => {
      if (this.#sessions.get(key) === session) this.#sessions.delete(key);
    });
    return session;
  }
}
