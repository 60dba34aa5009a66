import { realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { isMissing } from "./is-missing.ts";
import { kindOf } from "./kind-of.ts";
import { readText } from "./read-text.ts";

/** What git's own files say of a work tree. */
export interface GitWorkTree {
  /** The branch that is checked out; null when HEAD is detached or the reference format keeps it elsewhere. */
  readonly branch: string | null;
  /** Whether `git worktree add` made this work tree. A submodule is not a linked worktree. */
  readonly linkedWorktree: boolean;
  /** The main worktree; where the repository is bare, the bare repository. */
  readonly mainDirectory: string;
}

/**
 * Reads git's files around the root of a work tree; runs no process.
 *
 * A linked worktree is told by the file `commondir` in its git directory, which a submodule's does not have.
 * Source: https://git-scm.com/docs/gitrepository-layout
 */
export async function readGit(root: string): Promise<GitWorkTree> {
  const gitDirectory = await findGitDirectory(root);
  const branch = parseHead(await readText(join(gitDirectory, "HEAD")));
  const commonDirectory = (await readText(join(gitDirectory, "commondir")))?.trim();
  if (!commonDirectory) return { branch, linkedWorktree: false, mainDirectory: root };
  const mainDirectory = mainOf(await realpathIfThere(resolve(gitDirectory, commonDirectory)));
  return { branch, linkedWorktree: true, mainDirectory };
}

async function findGitDirectory(root: string): Promise<string> {
  const path = join(root, ".git");
  if ((await kindOf(path)) !== "file") return path;
  const target = /^gitdir: (.+?)\r?\n?$/.exec((await readText(path)) ?? "")?.[1];
  return target === undefined ? path : resolve(root, target);
}

/** With reftables HEAD is a stub that names the branch `.invalid`. Source: https://git-scm.com/docs/reftable */
function parseHead(head: string | null): string | null {
  const branch = /^ref: refs\/heads\/(.+)$/m.exec(head ?? "")?.[1]?.trim();
  return branch === undefined || branch === ".invalid" ? null : branch;
}

/** `app/.git` and `app/.bare` belong to `app`; a bare `app.git` stands for itself. */
function mainOf(commonDirectory: string): string {
  return basename(commonDirectory).startsWith(".") ? dirname(commonDirectory) : commonDirectory;
}

async function realpathIfThere(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (isMissing(error)) return path;
    throw error;
  }
}
