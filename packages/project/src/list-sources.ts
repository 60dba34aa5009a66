import { stat } from "node:fs/promises";
import { join } from "node:path";
import { glob } from "tinyglobby";
import { askGit } from "./read-work-state.ts";

/** Folders that hold what was installed or built, where no git tells. */
const derived = ["node_modules", "dist", "build", "target", "vendor", ".venv", "venv", "__pycache__"];

/** More than this are not looked at, where no git tells. */
const maxDepth = 12;

/**
 * The files of a directory that people write: tracked and untracked ones, but for ignored ones, and what a server reads of
 * the environment (`.env`, `.env.local`, ...). Paths are relative to the directory, with slashes.
 */
export async function listSources(directory: string): Promise<readonly string[]> {
  const [listed, environment] = await Promise.all([
    askGit(directory, ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "."], 5000),
    glob([".env", ".env.*"], { cwd: directory, dot: true, onlyFiles: true }),
  ]);
  const files =
    listed === null
      ? await glob("**/*", {
          ...{ cwd: directory, onlyFiles: true, deep: maxDepth, followSymbolicLinks: false },
          ignore: derived.map((name) => `**/${name}/**`),
        })
      : listed.split("\0").filter((path) => path !== "");
  return [...new Set([...files, ...environment])];
}

/** A file, and when it was changed last, in milliseconds since 1970. */
export interface ChangedFile {
  readonly path: string;
  readonly at: number;
}

/** The file of a directory that was changed last; `null` where none of them is there. */
export async function findLastChanged(directory: string, paths: readonly string[]): Promise<ChangedFile | null> {
  let last: ChangedFile | null = null;
  // Some at a time: a large project has more than a process may open.
  for (let from = 0; from < paths.length; from += 256) {
    const times = await Promise.all(
      paths.slice(from, from + 256).map(async (path) => ({ path, at: await changedAt(join(directory, path)) })),
    );
    for (const { path, at } of times) if (at !== null && (last === null || at > last.at)) last = { path, at };
  }
  return last;
}

async function changedAt(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return null;
  }
}
