import { dirname, join, resolve } from "node:path";
import { kindOf } from "./kind-of.ts";
import { readText } from "./read-text.ts";
import { realpathIfThere } from "./realpath-or-null.ts";
import type { WorkTree } from "./work-tree.ts";

/**
 * Reads jj's files around the root of a workspace that is no git work tree; runs no process.
 *
 * In the workspace that has the repository `.jj/repo` is a directory, in every further one a file that names it; its store
 * names the git directory that it works on, which a colocated repository shares with git's own worktrees.
 * Source: https://docs.jj-vcs.dev/latest/technical/architecture/#storage-independent-apis
 */
export async function readJj(root: string): Promise<WorkTree> {
  const path = join(root, ".jj", "repo");
  const linkedWorktree = (await kindOf(path)) === "file";
  const target = linkedWorktree ? ((await readText(path)) ?? "").trim() : "";
  const repo = await realpathIfThere(linkedWorktree ? resolve(dirname(path), target) : path);
  const store = join(repo, "store");
  const gitTarget = (await readText(join(store, "git_target")))?.trim();
  return {
    branch: null,
    linkedWorktree,
    mainDirectory: linkedWorktree ? dirname(dirname(repo)) : root,
    commonDirectory: gitTarget ? await realpathIfThere(resolve(store, gitTarget)) : repo,
  };
}
