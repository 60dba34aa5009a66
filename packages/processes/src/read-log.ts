import { type FileHandle, open, readdir } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { logFile } from "./create-log.ts";
import { readOr } from "./error-code.ts";
import { type LogLine, parseLogLine } from "./log-line.ts";

/** Options of {@link readLog}. */
export interface ReadLogOptions {
  /** Only the last so many of the lines that are there. @default all */
  readonly tail?: number;
  /** Goes on with what is written later, until the signal. @default false */
  readonly follow?: boolean;
  /** How often it is looked for more, in milliseconds. @default 150 */
  readonly pollMs?: number;
  /** Ends the reading; no error. */
  readonly signal?: AbortSignal;
}

/**
 * The lines of a log in their order, across its files. With `follow` no line is lost or given twice while the files are
 * rotated, as long as they are read before the oldest is dropped. A log that is not there is empty. A line that a process
 * took half a second or longer to end stands there in pieces, each as a line with the time of its own.
 *
 * @example
 * ```ts
 * for await (const { time, text } of readLog("/home/ada/.cspace/instances/p/mercury/logs", "dev", { tail: 10 })) use(text);
 * ```
 */
export async function* readLog(folder: string, name: string, options: ReadLogOptions = {}): AsyncGenerator<LogLine> {
  const { tail = Number.POSITIVE_INFINITY, follow = false, pollMs = 150, signal } = options;
  logFile(folder, name, 0);
  const reader = createReader(folder, name);
  try {
    let first: LogLine[] = [];
    for (let lines = await reader.read(); lines.length > 0; lines = await reader.read()) {
      first = first.concat(lines);
      if (Number.isFinite(tail)) first = first.slice(Math.max(0, first.length - tail));
    }
    yield* first;
    while (follow && signal?.aborted !== true) {
      const lines = await reader.read();
      yield* lines;
      if (lines.length === 0) await wait(pollMs, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await reader.close();
  }
}

interface LogReader {
  /** The next lines; none when there are no more for now. */
  read(): Promise<readonly LogLine[]>;
  close(): Promise<void>;
}

/** Follows files by their number on the disk, which stays when they are renamed. */
function createReader(folder: string, name: string): LogReader {
  let file: FileHandle | null = null;
  let rest: Buffer = Buffer.alloc(0);
  let time = new Date(0).toISOString();

  const takeLines = (chunk: Buffer): readonly LogLine[] => {
    const bytes = Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(0x0a) + 1;
    rest = bytes.subarray(end);
    if (end === 0) return [];
    return bytes
      .toString("utf8", 0, end - 1)
      .split("\n")
      .map((text) => {
        const line = parseLogLine(text, time);
        time = line.time;
        return line;
      });
  };

  const readOn = async (): Promise<readonly LogLine[]> => {
    for (;;) {
      const chunk = await readChunk(file);
      if (chunk.length === 0) return [];
      const lines = takeLines(chunk);
      if (lines.length > 0) return lines;
    }
  };

  return {
    async read() {
      for (;;) {
        const lines = await readOn();
        if (lines.length > 0) return lines;
        const next = await openNext(folder, name, file);
        if (next === null) return [];
        // What was written between the last look and the rotation; after it nothing is.
        const late: LogLine[] = [];
        for (let more = await readOn(); more.length > 0; more = await readOn()) late.push(...more);
        await file?.close();
        file = next;
        if (late.length > 0) return late;
      }
    },
    async close() {
      await file?.close();
    },
  };
}

async function readChunk(file: FileHandle | null): Promise<Buffer> {
  if (file === null) return Buffer.alloc(0);
  const { bytesRead, buffer } = await file.read(Buffer.alloc(65_536), 0, 65_536, null);
  return buffer.subarray(0, bytesRead);
}

/** The file after one, the oldest when that one has been dropped or there was none; `null` when there is none newer. */
async function openNext(folder: string, name: string, current: FileHandle | null): Promise<FileHandle | null> {
  const inode = current === null ? null : await inodeOf(current);
  for (let attempt = 1; ; attempt += 1) {
    const { files, inodes, isWhole } = await openAll(folder, name);
    const isSettled = isWhole || attempt >= maxAttempts;
    const next = isSettled ? files[inode === null ? 0 : inodes.indexOf(inode) + 1] : undefined;
    await Promise.all(files.filter((file) => file !== next).map((file) => file.close()));
    if (isSettled) return next ?? null;
    await wait(5);
  }
}

/** How often it is waited for a rotation to end; one that was cut off never does. */
const maxAttempts = 20;

interface OpenedFiles {
  /** The oldest first. */
  readonly files: readonly FileHandle[];
  readonly inodes: readonly number[];
  /** Whether no file can be missing: they were not renamed meanwhile. */
  readonly isWhole: boolean;
}

/**
 * Opens the files of a log, the newest first: a rotation renames the oldest first, so what it moves meanwhile is seen as
 * a gap, as one file under two names, or as another newest file.
 */
async function openAll(folder: string, name: string): Promise<OpenedFiles> {
  const names = await readOr([], ["ENOENT", "ENOTDIR"], () => readdir(folder));
  const ages = names.flatMap((file) => {
    const age = file === `${name}.log` ? "0" : file.startsWith(`${name}.log.`) ? file.slice(name.length + 5) : "";
    return /^\d+$/.test(age) ? [Number(age)] : [];
  });
  if (ages.length === 0) return { files: [], inodes: [], isWhole: true };
  const found: (FileHandle | null)[] = [];
  for (let age = 0; age <= Math.max(...ages) + 1; age += 1) found.push(await openAge(folder, name, age));
  const files = found.filter((file) => file !== null);
  const inodes = await Promise.all(files.map(inodeOf));
  const hasGap = found
    .slice(
      0,
      found.findLastIndex((file) => file !== null),
    )
    .includes(null);
  const newest = await openAge(folder, name, 0);
  const isSame = newest !== null && (await inodeOf(newest)) === inodes[0];
  await newest?.close();
  const isWhole = !hasGap && isSame && new Set(inodes).size === inodes.length;
  return { files: files.reverse(), inodes: inodes.reverse(), isWhole };
}

function openAge(folder: string, name: string, age: number): Promise<FileHandle | null> {
  return readOr(null, ["ENOENT"], () => open(logFile(folder, name, age), "r"));
}

async function inodeOf(file: FileHandle): Promise<number> {
  return (await file.stat()).ino;
}
