import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/** A connection whose peer takes what the test lets it take. */
export class HeldSocket extends Duplex {
  #taken = 0;
  #held: { readonly size: number; readonly done: () => void }[] = [];

  /** As a socket to whom takes one. */
  get socket(): Socket {
    return this as unknown as Socket;
  }

  get bytesWritten(): number {
    return this.#taken + this.writableLength;
  }

  get bytesRead(): number {
    return 0;
  }

  /** The peer takes the piece that was written first. */
  takePiece(): void {
    const piece = this.#held.shift();
    this.#taken += piece?.size ?? 0;
    piece?.done();
  }

  override _read(): void {}

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.#held.push({ size: chunk.length, done });
  }
}
