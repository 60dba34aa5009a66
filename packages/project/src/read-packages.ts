import { basename } from "node:path";
import { findWorkspaceMembers } from "./find-workspace-members.ts";
import { devScriptOf, type Manifest, readManifest } from "./read-manifest.ts";
import type { Project } from "./read-project.ts";
import { readScriptRunner, type ScriptRunner } from "./read-script-runner.ts";

/** A package of a project, as its `package.json` has it. */
export interface ProjectPackage {
  /** Its `name`, else its directory's. */
  readonly name: string;
  /** An absolute path. */
  readonly directory: string;
  /** The text of its `dev` script; `null` without one. */
  readonly devScript: string | null;
}

/** The packages of a project, and what runs their scripts. */
export interface ProjectPackages {
  readonly runner: ScriptRunner;
  readonly root: ProjectPackage;
  /** The members of its workspace, in the order of their directories; none where it is not a monorepo. */
  readonly members: readonly ProjectPackage[];
}

/**
 * Reads the package of a project's directory, and those of the workspace of npm, pnpm, yarn or bun that begins there.
 * A file that cannot be parsed is none. Runs nothing.
 */
export async function readPackages(project: Pick<Project, "directory" | "workTree">): Promise<ProjectPackages> {
  const { directory, workTree } = project;
  const manifest = await readManifest(directory);
  const [runner, directories] = await Promise.all([
    readScriptRunner(directory, manifest, { above: workTree !== null }),
    findWorkspaceMembers(directory),
  ]);
  const members = await Promise.all(directories.map(async (path) => toPackage(path, await readManifest(path))));
  return { runner, root: toPackage(directory, manifest), members };
}

function toPackage(directory: string, manifest: Manifest): ProjectPackage {
  const { name } = manifest;
  const isNamed = typeof name === "string" && name.trim() !== "";
  return { name: isNamed ? name : basename(directory), directory, devScript: devScriptOf(manifest) };
}
