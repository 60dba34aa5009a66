import { parseFields } from "./fields.ts";
import { forwardableTrailer } from "./forwardable.ts";
import { isFieldText, MalformedMessage } from "./syntax.ts";

/** A line that says a chunk's size, with its extensions, is no longer than this; nobody sends any. */
const maxSizeLine = 256;
const maxTrailers = 16_384;
const lf = 0x0a;

/** Where the next byte stands: in the size line, in the content, in the CRLF after it, or behind the last chunk. */
type Place = "size" | "content" | "break" | "trailers" | "ended";

/**
 * A body in chunks (RFC 9112, 7.1). Each byte is checked and, unless the chunks are to be decoded, passed on as it came:
 * nothing is encoded again. Trailers that a trailer may not be are left out (RFC 9110, 6.5.1).
 */
export class ChunkedReader {
  output: Buffer = Buffer.alloc(0);
  readonly #decode: boolean;
  #place: Place = "size";
  /** What has come of the line, or of the trailer section, that is not complete. */
  #text = "";
  /** Bytes of the content, or of the CRLF after it, that are still to come. */
  #left = 0;

  constructor(decode: boolean) {
    this.#decode = decode;
  }

  get ended(): boolean {
    return this.#place === "ended";
  }

  take(input: Buffer): number {
    const content: Buffer[] = [];
    let at = 0;
    // Where the part to be passed on as it is ends: before the trailer section, when that has begun.
    let rawEnd = this.#place === "trailers" ? 0 : -1;
    let trailers = "";
    while (at < input.length && !this.ended) {
      const place: Place = this.#place;
      if (place === "content") {
        const end = Math.min(input.length, at + this.#left);
        if (this.#decode) content.push(input.subarray(at, end));
        this.#left -= end - at;
        at = end;
        if (this.#left === 0) this.#enter("break");
      } else if (place === "trailers") {
        at = this.#takeTrailers(input, at);
        if (this.#text !== "\r\n" && !this.#text.endsWith("\r\n\r\n")) continue;
        trailers = `${this.#trailers()}\r\n`;
        this.#enter("ended");
      } else {
        at = this.#takeLine(input, at);
        if (this.#place === "trailers") rawEnd = at;
      }
    }
    if (this.#decode) this.output = Buffer.concat(content);
    else if (rawEnd === -1) this.output = at === input.length ? input : input.subarray(0, at);
    else if (trailers === "\r\n" && at - rawEnd === 2) this.output = input.subarray(0, at);
    else this.output = Buffer.concat([input.subarray(0, rawEnd), Buffer.from(trailers, "latin1")]);
    return at;
  }

  #enter(place: Place): void {
    this.#place = place;
    this.#text = "";
  }

  /** Takes from a size line, or from the CRLF behind a content, which is a line without text. */
  #takeLine(input: Buffer, at: number): number {
    const found = input.indexOf(lf, at);
    const end = found === -1 ? input.length : found + 1;
    if (this.#text.length + end - at > maxSizeLine) throw new MalformedMessage(400, "the size of a chunk is malformed");
    this.#text += input.toString("latin1", at, end);
    if (this.#place === "break" && !"\r\n".startsWith(this.#text)) {
      throw new MalformedMessage(400, "a chunk is longer than its size says");
    }
    if (found === -1) return end;
    if (this.#place === "break") this.#enter("size");
    else this.#takeSize(this.#text);
    return end;
  }

  #takeSize(line: string): void {
    const match = /^([0-9A-Fa-f]{1,13})(;[^\r\n]*)?\r\n$/.exec(line);
    if (match === null || !isFieldText(match[2] ?? ""))
      throw new MalformedMessage(400, "the size of a chunk is malformed");
    this.#left = Number.parseInt(match[1] ?? "", 16);
    this.#enter(this.#left === 0 ? "trailers" : "content");
  }

  /** Takes one line of the trailer section. */
  #takeTrailers(input: Buffer, at: number): number {
    const found = input.indexOf(lf, at);
    const end = found === -1 ? input.length : found + 1;
    this.#text += input.toString("latin1", at, end);
    if (this.#text.length > maxTrailers) throw new MalformedMessage(431, "the trailers are too long");
    return end;
  }

  /** The trailer section without the empty line that ends it, and without the fields that may not be in it. */
  #trailers(): string {
    const lines = this.#text.slice(0, -2);
    if (lines === "") return "";
    return parseFields(lines.slice(0, -2), 0)
      .filter(({ key }) => forwardableTrailer(key))
      .map(({ name, value }) => `${name}: ${value}\r\n`)
      .join("");
  }
}
