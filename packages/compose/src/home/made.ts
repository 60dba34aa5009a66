import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "@cspace/plan";
import type { HomePaths } from "./home-paths.ts";
import { withLock } from "./with-lock.ts";

/**
 * What cspace made outside its home that nobody could tell from what was there before: an image that it let the engine pull, a
 * folder that was missing. What says itself whose it is, by a label or a mark, is not in it.
 */
export interface Made {
  /** By name and tag. */
  readonly images: readonly string[];
  /** Absolute paths, the outermost first. */
  readonly folders: readonly string[];
  /** NSS databases, by the absolute paths of their folders. */
  readonly databases: readonly string[];
}

const nothing: Made = { images: [], folders: [], databases: [] };

const fileOf = ({ home }: HomePaths): string => join(home, "made.json");

/** Reads what was made; a file that is damaged tells of nothing, so that nothing is taken away. */
export async function readMade(paths: HomePaths): Promise<Made> {
  try {
    const found = JSON.parse(await readFile(fileOf(paths), "utf8")) as Partial<Record<keyof Made, unknown>>;
    const list = (value: unknown): string[] =>
      Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
    return { images: list(found.images), folders: list(found.folders), databases: list(found.databases) };
  } catch {
    return nothing;
  }
}

/** Keeps what is about to be made; what is not made after all is no harm. */
export async function recordMade(paths: HomePaths, made: Partial<Made>): Promise<void> {
  if (Object.values(made).every((list) => list.length === 0)) return;
  await withLock(paths, "made", async () => {
    const before = await readMade(paths);
    const merge = (key: keyof Made): string[] => [...new Set([...before[key], ...(made[key] ?? [])])];
    const after: Made = { images: merge("images"), folders: merge("folders"), databases: merge("databases") };
    await writeFileAtomic(fileOf(paths), `${JSON.stringify(after, null, 2)}\n`, { mode: 0o600 });
  });
}
