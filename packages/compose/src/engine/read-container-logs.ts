import type { DockerEngine, EngineLogStream } from "./docker-engine.ts";
import { type Chunk, framedChunks } from "./framed-chunks.ts";

/** One line that a container wrote. */
export interface LogLine {
  readonly stream: "stdout" | "stderr";
  readonly line: string;
}

/** Options of {@link readContainerLogs}. */
export interface ReadContainerLogsOptions {
  /** Go on with what is written from now on. @default false */
  readonly follow?: boolean;
  /** How many of the last lines. @default "all" */
  readonly tail?: number | "all";
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a container's log line by line. The Engine frames the two streams of a container without a terminal.
 *
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach (stream format)
 */
export async function* readContainerLogs(
  engine: DockerEngine,
  container: string,
  options: ReadContainerLogsOptions = {},
): AsyncGenerator<LogLine, undefined> {
  const { follow = false, tail = "all", signal } = options;
  const detail = await engine.inspectContainer(container);
  if (detail === undefined) return undefined;
  const stream = await engine.containerLogs(container, { follow, tail });
  const stop = (): void => stream.destroy?.();
  signal?.addEventListener("abort", stop, { once: true });
  const partial = { stdout: "", stderr: "" };
  try {
    for await (const { name, text } of detail.Config.Tty ? plainChunks(stream) : framedChunks(stream)) {
      const lines = (partial[name] + text).split("\n");
      partial[name] = lines.pop() ?? "";
      for (const line of lines) yield { stream: name, line: line.replace(/\r$/, "") };
    }
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    stop();
  }
  for (const name of ["stdout", "stderr"] as const) {
    if (partial[name] !== "") yield { stream: name, line: partial[name] };
  }
  return undefined;
}

/** The last lines of a container's log, both streams. */
export async function readLastLines(engine: DockerEngine, container: string, count: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const { line } of readContainerLogs(engine, container, { tail: count })) lines.push(line);
  return lines.slice(-count);
}

async function* plainChunks(stream: EngineLogStream): AsyncGenerator<Chunk> {
  const decoder = new TextDecoder();
  for await (const chunk of stream)
    yield { name: "stdout", text: decoder.decode(chunk as unknown as Buffer, { stream: true }) };
}
