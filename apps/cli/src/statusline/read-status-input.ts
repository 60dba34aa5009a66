import type { Readable } from "node:stream";

/** What Claude Code hands to a status line, as far as cspace needs it. */
export interface StatusInput {
  /** The directory that the session is in; `undefined` when the input does not say. */
  readonly directory: string | undefined;
  /** The input as it came, for another status line. */
  readonly bytes: Buffer;
}

/** Options of {@link readStatusInput}. */
export interface ReadStatusInputOptions {
  /** How long the input may stay open, in milliseconds. */
  readonly timeoutMs: number;
  /** From how many bytes on nothing more is read. @default no bound */
  readonly maxBytes?: number;
}

/**
 * Reads the JSON document that a status line gets on its standard input. Whatever else comes, or does not, is survived:
 * nothing, something else than JSON, something endless, and an input that is never closed.
 *
 * @see https://docs.claude.com/en/docs/claude-code/statusline
 */
export async function readStatusInput(input: Readable, options: ReadStatusInputOptions): Promise<StatusInput> {
  const { timeoutMs, maxBytes = Number.POSITIVE_INFINITY } = options;
  const chunks: Buffer[] = [];
  await new Promise<void>((resolve) => {
    let size = 0;
    const finish = (): void => {
      clearTimeout(timer);
      // At once: what is read from memory never lets go by itself.
      input.pause();
      resolve();
    };
    const timer = setTimeout(finish, timeoutMs);
    input.on("data", (chunk: Buffer | string) => {
      chunks.push(Buffer.from(chunk));
      size += chunk.length;
      if (size >= maxBytes) finish();
    });
    for (const event of ["end", "close", "error"]) input.on(event, finish);
  });
  const bytes = Buffer.concat(chunks);
  return { directory: findDirectory(bytes.toString("utf8")), bytes };
}

function findDirectory(text: string): string | undefined {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return undefined;
  }
  const directories = [fieldOf(fieldOf(data, "workspace"), "current_dir"), fieldOf(data, "cwd")];
  return directories.find((directory) => typeof directory === "string" && directory !== "") as string | undefined;
}

function fieldOf(data: unknown, key: string): unknown {
  return typeof data === "object" && data !== null ? (data as Record<string, unknown>)[key] : undefined;
}
