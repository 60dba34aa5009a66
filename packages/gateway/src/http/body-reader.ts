import { ChunkedReader } from "./chunked-reader.ts";
import { type BodyLength, chunked, untilClose } from "./framing.ts";

/** Finds where a body ends in the bytes of a connection, and gives what is to be passed on. */
export interface BodyReader {
  /** Whether all of the body has been taken. */
  readonly ended: boolean;
  /** What to pass on of the bytes that were taken last. */
  readonly output: Buffer;
  /**
   * Takes what belongs to the body from the beginning of `input`, and says how many bytes that is.
   *
   * @throws {MalformedMessage} for a chunk that is malformed.
   */
  take(input: Buffer): number;
}

/** The reader for a body of this length. `decode` gives the content of the chunks without their framing. */
export function createBodyReader(length: BodyLength, decode: boolean): BodyReader {
  if (length === 0) return emptyBody;
  if (length === chunked) return new ChunkedReader(decode);
  return new CountingReader(length === untilClose ? Number.POSITIVE_INFINITY : length);
}

export const noBytes: Buffer = Buffer.alloc(0);

const emptyBody: BodyReader = { ended: true, output: noBytes, take: () => 0 };

/** A body of so many bytes; without an end of its own when they are infinite. */
class CountingReader implements BodyReader {
  output: Buffer = noBytes;
  #left: number;

  constructor(length: number) {
    this.#left = length;
  }

  get ended(): boolean {
    return this.#left === 0;
  }

  take(input: Buffer): number {
    const size = Math.min(input.length, this.#left);
    this.output = size === input.length ? input : input.subarray(0, size);
    this.#left -= size;
    return size;
  }
}
