import { createHash } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type HomePaths, makeFolder } from "@cspace/compose";
import { writeFileAtomic } from "@cspace/plan";

/** What was put into the files of a directory, so that it can be taken back to the byte. */
export interface AgentsRecord {
  /** An absolute path. */
  readonly directory: string;
  readonly files: readonly {
    /** Relative to the directory. */
    readonly path: string;
    /** The text before; `null`: there was no file. */
    readonly before: string | null;
    readonly after: string;
  }[];
  /** The folders that were made, relative to the directory, the outermost first. */
  readonly folders: readonly string[];
}

const fileOf = ({ agents }: HomePaths, directory: string): string =>
  join(agents, `${createHash("sha256").update(directory).digest("hex").slice(0, 16)}.json`);

/** Reads what was put there; `undefined`: nothing, or nobody can tell. */
export async function readAgentsRecord(paths: HomePaths, directory: string): Promise<AgentsRecord | undefined> {
  return (await readRecord(fileOf(paths, directory))) ?? undefined;
}

/** Every directory that something was put into. */
export async function readAgentsRecords(paths: HomePaths): Promise<AgentsRecord[]> {
  const names = await readdir(paths.agents).catch(() => []);
  const found = await Promise.all(names.sort().map((name) => readRecord(join(paths.agents, name))));
  return found.flatMap((one) => one ?? []);
}

/** Keeps what is about to be put there; with no file of it, nothing is kept. */
export async function writeAgentsRecord(paths: HomePaths, record: AgentsRecord): Promise<void> {
  const path = fileOf(paths, record.directory);
  if (record.files.length === 0) return await rm(path, { force: true });
  await makeFolder(paths.agents);
  await writeFileAtomic(path, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
}

async function readRecord(path: string): Promise<AgentsRecord | undefined> {
  try {
    const found: AgentsRecord = JSON.parse(await readFile(path, "utf8"));
    return typeof found.directory === "string" && Array.isArray(found.files) && Array.isArray(found.folders)
      ? found
      : undefined;
  } catch {
    return undefined;
  }
}
