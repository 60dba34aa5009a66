import { lstat, readdir, rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { PlanStep } from "@cspace/plan";
import type { HomePaths } from "./home-paths.ts";

/** What cspace makes in its home; a folder that was named as its home may have other things in it. */
const ownEntries = ["agents", "certs", "config.json", "instances", "made.json", "proxy", "run"];

/** The files of cspace's home, as steps of a plan that is only shown: each of its entries, then the folder. */
export async function previewHomeRemoval({ home }: HomePaths): Promise<PlanStep[]> {
  const entries = await readdir(home).catch(() => []);
  const own = entries.filter((entry) => ownEntries.includes(entry));
  const steps = await Promise.all(
    own.map(async (entry): Promise<PlanStep> => {
      const path = join(home, entry);
      return { kind: "remove", path, before: `${await describe(path)}\n`, after: null, needsRoot: false };
    }),
  );
  // One that others use as well stays.
  const isOurs = own.length === entries.length && (await lstat(home).catch(() => undefined))?.isDirectory() === true;
  return isOurs ? [...steps, { kind: "directory", path: home, before: "", after: null, needsRoot: false }] : steps;
}

/** Removes cspace's own files, and the folder where nothing else is in it; gives what is left in it. */
export async function removeHome({ home }: HomePaths): Promise<string[]> {
  for (const entry of ownEntries) {
    // A daemon, or a lock, that just ends may still be writing.
    await rm(join(home, entry), { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
  const left = await readdir(home).catch(() => undefined);
  if (left === undefined) return [];
  const isFolder = (await lstat(home)).isDirectory();
  if (left.length === 0 && isFolder) await rmdir(home);
  return left.map((entry) => join(home, entry));
}

async function describe(path: string): Promise<string> {
  if (!(await stat(path)).isDirectory()) return "a file";
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory()).length;
  return `${files} ${files === 1 ? "file" : "files"}`;
}
