import { type FileHandle, mkdir, open, rename } from "node:fs/promises";
import { join } from "node:path";
import { readOr } from "./error-code.ts";
import { formatLogLine, type LogLine } from "./log-line.ts";

/** Where a log is, and how large it may become. */
export interface LogOptions {
  /** The folder of its files: `<name>.log`, and older ones as `<name>.log.1` and so on. Made when it is not there. */
  readonly folder: string;
  /** What its files are called; a label. */
  readonly name: string;
  /** The size at which a file is followed by the next, in bytes. @default 1_048_576 */
  readonly maxBytes?: number;
  /** How many files are kept, with the one that is written; at least 2. @default 5 */
  readonly files?: number;
}

/** A log that is being written. */
export interface ProcessLog {
  /** Writes lines in the order of the calls; resolves when they are on disk, so that a fast writer can be held back. */
  append(lines: readonly LogLine[]): Promise<void>;
  /** Why nothing is written at the moment: a full disk, a folder that is gone. @default null */
  readonly failure: Error | null;
  close(): Promise<void>;
}

/**
 * The path of a log's file; 0 is the one that is written, a higher one older.
 *
 * @throws RangeError for a name that would lead out of the folder.
 */
export function logFile(folder: string, name: string, age: number): string {
  if (!/^[\w-]+(?:\.[\w-]+)*$/.test(name)) throw new RangeError(`${JSON.stringify(name)} is not the name of a log`);
  return join(folder, age === 0 ? `${name}.log` : `${name}.log.${age}`);
}

/**
 * Opens a log whose files never hold more than `files` times `maxBytes`, unless a single line does. Goes on after what
 * is there. A failure to write is kept in `failure` and tried again with the next lines; it stops nobody's process.
 */
export function createLog(options: LogOptions): ProcessLog {
  const { folder, name, maxBytes = 1_048_576, files = 5 } = options;
  // Fails now rather than with the first line.
  logFile(folder, name, 0);
  let file: FileHandle | null = null;
  let size = 0;
  let failure: Error | null = null;
  let queue: Promise<void> = Promise.resolve();

  const release = async (): Promise<void> => {
    const open = file;
    file = null;
    await open?.close();
  };

  const write = async (text: string): Promise<void> => {
    const bytes = Buffer.byteLength(text);
    if (file !== null && size > 0 && size + bytes > maxBytes) {
      await release();
      await rotate(folder, name, files);
    }
    if (file === null) {
      await mkdir(folder, { recursive: true });
      file = await open(logFile(folder, name, 0), "a");
      size = (await file.stat()).size;
      if (size > 0 && size + bytes > maxBytes) return write(text);
    }
    await file.appendFile(text);
    size += bytes;
  };

  const writeAll = async (texts: readonly string[]): Promise<void> => {
    try {
      for (const text of texts) await write(text);
      failure = null;
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
    }
  };

  return {
    append(lines) {
      const texts = joinUpTo(lines.map(formatLogLine), maxBytes);
      queue = queue.then(() => writeAll(texts));
      return queue;
    },
    get failure() {
      return failure;
    },
    async close() {
      await queue;
      await release().catch((error: unknown) => {
        failure = error instanceof Error ? error : new Error(String(error));
      });
    },
  };
}

/** Lines together, as many as a file may hold, so that a burst is one write. */
function joinUpTo(lines: readonly string[], maxBytes: number): readonly string[] {
  const blockBytes = Math.min(maxBytes, 262_144) / 4;
  const blocks: string[] = [];
  let size = 0;
  for (const line of lines) {
    const bytes = Buffer.byteLength(line);
    const last = blocks.length - 1;
    if (last >= 0 && size + bytes <= blockBytes) {
      blocks[last] += line;
      size += bytes;
    } else {
      blocks.push(line);
      size = bytes;
    }
  }
  return blocks;
}

async function rotate(folder: string, name: string, files: number): Promise<void> {
  for (let age = Math.max(2, files) - 1; age >= 1; age -= 1) {
    const from = logFile(folder, name, age - 1);
    await readOr(undefined, ["ENOENT"], () => rename(from, logFile(folder, name, age)));
  }
}
