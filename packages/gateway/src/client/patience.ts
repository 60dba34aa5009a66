import type { Socket } from "node:net";
import { halfClosedFlowMs, halfClosedMs } from "../limits.ts";
import { bytesMoved, bytesTaken } from "./bytes-taken.ts";

/** What a client's connection is doing. */
export interface Doing {
  /** The service at the other end, once another protocol is spoken. */
  readonly tunnel: Socket | undefined;
  /** The request that is under way. */
  readonly exchange: { readonly answered: boolean; readonly socket: Socket | undefined } | undefined;
}

/** Tells for how long there is more to wait for on a client's connection, by whether anything moves. */
export class Patience {
  readonly #socket: Socket;
  readonly #stallTimeoutMs: number;
  /** How many bytes had moved when it was last looked at. */
  #moved = -1;
  #halfClosedAt = 0;

  constructor(socket: Socket, stallTimeoutMs: number) {
    this.#socket = socket;
    this.#stallTimeoutMs = stallTimeoutMs;
  }

  /** Looks at what has moved, so that only what moves from now on counts. */
  look(doing: Doing): void {
    this.#hasMoved(doing);
  }

  /** The client has closed its half, and may still be reading. Gives for how long there is to wait, in milliseconds. */
  halfClosed(doing: Doing): number {
    this.look(doing);
    this.#halfClosedAt = Date.now();
    return halfClosedFlowMs;
  }

  /** In milliseconds; 0 for no longer. */
  leftMs(doing: Doing): number {
    const { tunnel, exchange } = doing;
    const held = this.#socket.writableLength > 0;
    // A tunnel whose sides have nothing for each other may be silent for ever.
    const silent = tunnel !== undefined && !held && tunnel.writableLength === 0;
    const moved = this.#hasMoved(doing);
    if (held || tunnel !== undefined) return moved || silent ? this.#stallTimeoutMs : 0;
    if (exchange === undefined) return 0;
    if (!this.#socket.readableEnded) return moved ? this.#stallTimeoutMs : 0;
    const awaited = !exchange.answered && Date.now() - this.#halfClosedAt < halfClosedMs;
    return moved || awaited ? halfClosedFlowMs : 0;
  }

  /** What the client sends is no movement when nobody takes it. */
  #hasMoved({ tunnel, exchange }: Doing): boolean {
    const before = this.#moved;
    const other = tunnel ?? exchange?.socket;
    this.#moved = other === undefined ? bytesTaken(this.#socket) : bytesMoved(this.#socket) + bytesMoved(other);
    return this.#moved !== before;
  }
}
