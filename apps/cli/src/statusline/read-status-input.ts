import { isAbsolute } from "node:path";
import type { Readable } from "node:stream";

/** What Claude Code hands to a status line, as far as cspace needs it. */
export interface StatusInput {
  /** The directories that the session may be in, the likeliest first; none when the input does not say. */
  readonly directories: readonly string[];
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
  return { directories: findDirectories(bytes.toString("utf8")), bytes };
}

/** In a session that works in a worktree the others may stay what they were when it began. */
function findDirectories(text: string): string[] {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return [];
  }
  const worktree = fieldOf(fieldOf(data, "worktree"), "path");
  const [now] = [fieldOf(fieldOf(data, "workspace"), "current_dir"), fieldOf(data, "cwd")].filter(isPath);
  return [worktree].filter((path) => isPath(path) && isAbsolute(path)).concat(now ?? []) as string[];
}

function isPath(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function fieldOf(data: unknown, key: string): unknown {
  return typeof data === "object" && data !== null ? (data as Record<string, unknown>)[key] : undefined;
}
