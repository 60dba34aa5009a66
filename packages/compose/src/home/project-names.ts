import { readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "@cspace/plan";
import type { HomePaths } from "./home-paths.ts";
import { readText } from "./read-text.ts";
import { homeUnusable, makeFolder } from "./with-lock.ts";

/** A project's name on this machine, and the repository that has it. */
export interface NamedProject {
  readonly project: string;
  /** As people write it. */
  readonly projectName: string;
  /** What all worktrees of the project share, absolute. */
  readonly repository: string;
  /** What tells that from another one at its path; `null` where that is not known. */
  readonly repositoryId: string | null;
}

const fileOf = (paths: HomePaths, project: string): string => join(paths.instances, project, "project.json");

/** Reads whose a project's name is; `undefined` while nobody has it, and where the file is not to be understood. */
export async function readNamedProject(paths: HomePaths, project: string): Promise<NamedProject | undefined> {
  try {
    const data = JSON.parse((await readText(fileOf(paths, project))) ?? "null") as Partial<NamedProject> | null;
    const { projectName, repository, repositoryId } = data ?? {};
    if (typeof projectName !== "string" || typeof repository !== "string") return undefined;
    return { project, projectName, repository, repositoryId: typeof repositoryId === "string" ? repositoryId : null };
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw homeUnusable(paths.instances, error);
  }
}

/** Reads all names that projects have on this machine, in order. */
export async function readNamedProjects(paths: HomePaths): Promise<NamedProject[]> {
  const all = await Promise.all(
    (await readFolders(paths.instances)).map((project) => readNamedProject(paths, project)),
  );
  return all.flatMap((one) => one ?? []);
}

/** Gives a project's name to a repository; it has it until the last instance is forgotten. */
export async function writeNamedProject(paths: HomePaths, { project, ...rest }: NamedProject): Promise<void> {
  await makeFolder(join(paths.instances, project));
  await writeFileAtomic(fileOf(paths, project), `${JSON.stringify(rest, null, 2)}\n`, { mode: 0o600 });
}

/** Gives up a project's name, unless there are instances of it. */
export async function dropProjectName(paths: HomePaths, project: string): Promise<void> {
  const folder = join(paths.instances, project);
  if ((await readFolders(folder)).length > 0) return;
  await rm(fileOf(paths, project), { force: true });
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT" && error.code !== "ENOTEMPTY") throw error;
  });
}

/** The names of the folders in one, in order; none where it is not there. */
export async function readFolders(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw homeUnusable(path, error);
  }
}
