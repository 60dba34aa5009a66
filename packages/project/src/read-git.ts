import { basename, dirname, join, resolve } from "node:path";
import { kindOf } from "./kind-of.ts";
import { readText } from "./read-text.ts";
import { realpathIfThere } from "./realpath-or-null.ts";
import type { WorkTree } from "./work-tree.ts";

/**
 * Reads git's files around the root of a work tree; runs no process.
 *
 * A linked worktree is told by the file `commondir` in its git directory, which a submodule's does not have.
 * Source: https://git-scm.com/docs/gitrepository-layout
 */
export async function readGit(root: string): Promise<WorkTree> {
  const gitDirectory = await findGitDirectory(root);
  const branch = parseHead(await readText(join(gitDirectory, "HEAD")));
  const common = (await readText(join(gitDirectory, "commondir")))?.trim();
  const commonDirectory = await realpathIfThere(resolve(gitDirectory, common ?? ""));
  if (!common) return { branch, linkedWorktree: false, mainDirectory: root, commonDirectory };
  return { branch, linkedWorktree: true, mainDirectory: await findMainDirectory(commonDirectory), commonDirectory };
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

/**
 * `app/.git` and `app/.bare` belong to `app`; a bare `app.git` stands for itself. The git directory of a submodule, which
 * lies in its superproject's, names its checkout in its configuration.
 * Source: https://git-scm.com/docs/git-config#Documentation/git-config.txt-coreworktree
 */
async function findMainDirectory(commonDirectory: string): Promise<string> {
  const worktree = parseWorktree((await readText(join(commonDirectory, "config"))) ?? "");
  if (worktree !== undefined) return await realpathIfThere(resolve(commonDirectory, worktree));
  return basename(commonDirectory).startsWith(".") ? dirname(commonDirectory) : commonDirectory;
}

function parseWorktree(config: string): string | undefined {
  const core = /^\s*\[core\][^\n]*\n((?:(?!\s*\[)[^\n]*(?:\n|$))*)/im.exec(config)?.[1];
  const value = /^\s*worktree\s*=\s*(.*?)\s*$/im.exec(core ?? "")?.[1];
  return value?.replace(/^"(.*)"$/, "$1").replace(/\\(["\\])/g, "$1");
}
