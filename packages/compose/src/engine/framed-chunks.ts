import type { EngineLogStream } from "./docker-engine.ts";

/** A piece of what a container wrote. */
export interface Chunk {
  readonly name: "stdout" | "stderr";
  readonly text: string;
}

/**
 * Reads the two streams of a container without a terminal, as the Engine frames them.
 *
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach (stream format)
 */
export async function* framedChunks(stream: EngineLogStream): AsyncGenerator<Chunk> {
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  let rest = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, chunk as unknown as Buffer]);
    while (rest.length >= 8) {
      const size = rest.readUInt32BE(4);
      if (rest.length < 8 + size) break;
      const name = rest[0] === 2 ? "stderr" : "stdout";
      yield { name, text: decoders[name].decode(rest.subarray(8, 8 + size), { stream: true }) };
      rest = rest.subarray(8 + size);
    }
  }
}
