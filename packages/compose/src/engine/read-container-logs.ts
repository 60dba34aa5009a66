import { setTimeout } from "node:timers/promises";
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
  /** Only what was written from then on, in seconds since 1970. */
  readonly since?: number | undefined;
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
  const { follow = false, tail = "all", since, signal } = options;
  const detail = await engine.inspectContainer(container);
  if (detail === undefined) return undefined;
  const stream = await engine.containerLogs(container, { follow, tail, since });
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

/**
 * Follows a container's log over its restarts, until it is removed.
 *
 * @throws {CspaceError} the engine's error, where it ends meanwhile.
 */
export async function* followContainerLogs(
  engine: DockerEngine,
  container: string,
  options: Omit<ReadContainerLogsOptions, "follow"> = {},
): AsyncGenerator<LogLine, undefined> {
  const { signal } = options;
  for (let part = options; signal?.aborted !== true; ) {
    const begun = (await engine.inspectContainer(container))?.State.StartedAt;
    yield* readContainerLogs(engine, container, { ...part, follow: true });
    const next = await nextStart(engine, container, begun, signal);
    if (next === undefined) return undefined;
    part = { tail: "all", since: next, signal };
  }
  return undefined;
}

/**
 * Waits until the container is started again, and gives the end of what ran before, in seconds since 1970: the first lines
 * may be older than what the engine takes for the start. `undefined` when it is removed, or nobody waits any more.
 */
async function nextStart(
  engine: DockerEngine,
  container: string,
  begun: string | undefined,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  while (signal?.aborted !== true) {
    const state = (await engine.inspectContainer(container))?.State;
    if (state === undefined) return undefined;
    if (state.Status === "running" && state.StartedAt !== begun) {
      return Math.max(0, Date.parse(state.FinishedAt ?? "") / 1000 || 0);
    }
    await setTimeout(200);
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
