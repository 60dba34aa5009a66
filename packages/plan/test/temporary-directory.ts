import { mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** An empty directory that goes with the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "cspace-plan-")));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Every file below a directory with its bytes as text, and every directory as `null`. */
export async function readTree(directory: string): Promise<Record<string, string | null>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const pairs = entries.map(async (entry): Promise<[string, string | null]> => {
    const path = join(entry.parentPath, entry.name);
    return [path.slice(directory.length + 1), entry.isDirectory() ? null : await readFile(path, "utf8")];
  });
  return Object.fromEntries((await Promise.all(pairs)).sort(([a], [b]) => (a < b ? -1 : 1)));
}
