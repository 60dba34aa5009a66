import { constants } from "node:fs";
import { copyFile, mkdir, stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { Project } from "@cspace/project";
import type { Context } from "../options.ts";

/** What is mostly left out of a repository, and missed in a new worktree. */
const usual = ".env";

/**
 * Gives a linked worktree the files that its settings name and the main checkout has; none is ever overwritten. Where the
 * settings name none, it is said that the main checkout has a `.env`.
 */
export async function copyFromMain(
  { onNote }: Context,
  { directory, settings, workTree }: Project,
  { dryRun }: { readonly dryRun: boolean },
): Promise<void> {
  if (workTree?.linkedWorktree !== true) return;
  const main = join(workTree.mainDirectory, relative(await findTop(directory), directory));
  const lacking = async (path: string): Promise<boolean> =>
    !(await exists(join(directory, path))) && (await isFile(join(main, path)));
  if (settings.copy === undefined) {
    if (await lacking(usual)) {
      onNote(`${main} has ${usual}, and this worktree has none; to copy it: "copy": ["${usual}"] in .cspace.json`);
    }
    return;
  }
  const copied: string[] = [];
  for (const path of settings.copy) {
    if (!(await lacking(path))) continue;
    copied.push(path);
    if (dryRun) continue;
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await copyFile(join(main, path), join(directory, path), constants.COPYFILE_EXCL);
  }
  if (copied.length > 0) onNote(`${copied.join(", ")}: ${dryRun ? "would be copied" : "copied"} from ${main}`);
}

/** The root of the work tree around a directory. */
async function findTop(directory: string): Promise<string> {
  const marks = await Promise.all([".git", ".jj"].map((name) => exists(join(directory, name))));
  const above = dirname(directory);
  return marks.includes(true) || above === directory ? directory : await findTop(above);
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
