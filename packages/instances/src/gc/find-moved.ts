import { readdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { readCheckout } from "@cspace/project";
import { isOfDirectory, type Owned } from "../choose/ownership.ts";

/**
 * Finds where the directory of an instance was moved to, as far as its repository knows: among the worktrees that git keeps in
 * its common directory, and beside that one itself. `undefined`: nobody knows.
 *
 * Source: https://git-scm.com/docs/gitrepository-layout#Documentation/gitrepository-layout.txt-worktreesidgitdir
 */
export async function findMoved(one: Owned): Promise<string | undefined> {
  if (one.repository === undefined || one.directoryId === undefined) return undefined;
  const worktrees = join(one.repository, "worktrees");
  const names = await readdir(worktrees).catch(() => []);
  const known = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(worktrees, name, "gitdir"), "utf8").catch(() => undefined);
      return text === undefined ? [] : [dirname(resolve(worktrees, name, text.trim()))];
    }),
  );
  for (const directory of [...known.flat(), dirname(one.repository)]) {
    const now = await readCheckout(directory).catch(() => null);
    if (now !== null && isOfDirectory(one, now)) return directory;
  }
  return undefined;
}
