import { join } from "node:path";
import { kindOf } from "./kind-of.ts";
import { readGit } from "./read-git.ts";
import type { WorkTree } from "./work-tree.ts";

/** Reads the work tree whose root this is: git's, and jj's where it has no `.git` of its own; `null` where there is none. */
export async function readWorkTree(root: string | null): Promise<WorkTree | null> {
  if (root === null) return null;
  if ((await kindOf(join(root, ".git"))) !== "missing") return await readGit(root);
  const { readJj } = await import("./read-jj.ts");
  return await readJj(root);
}

/** Whether the root of a work tree is here. */
export async function isWorkTree(directory: string): Promise<boolean> {
  const kinds = await Promise.all([".git", ".jj"].map((name) => kindOf(join(directory, name))));
  return kinds.some((kind) => kind !== "missing");
}
