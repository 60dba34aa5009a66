import { basename, dirname, join, relative } from "node:path";
import { glob } from "tinyglobby";
import { parseDocument } from "yaml";
import { devScriptOf, type Manifest, readManifest } from "./read-manifest.ts";
import type { Project } from "./read-project.ts";
import { readScriptRunner, type ScriptRunner } from "./read-script-runner.ts";
import { readText } from "./read-text.ts";

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
 *
 * @see https://docs.npmjs.com/cli/configuring-npm/package-json#workspaces
 * @see https://pnpm.io/pnpm-workspace_yaml
 */
export async function readPackages(project: Pick<Project, "directory" | "workTree">): Promise<ProjectPackages> {
  const { directory, workTree } = project;
  const manifest = await readManifest(directory);
  const patterns = [...(await readPnpmPatterns(directory)), ...patternsOf(manifest)];
  const [runner, directories] = await Promise.all([
    readScriptRunner(directory, manifest, { above: workTree !== null }),
    findMembers(directory, patterns),
  ]);
  const members = await Promise.all(directories.map(async (path) => toPackage(path, await readManifest(path))));
  return { runner, root: toPackage(directory, manifest), members };
}

function toPackage(directory: string, manifest: Manifest): ProjectPackage {
  const { name } = manifest;
  const isNamed = typeof name === "string" && name.trim() !== "";
  return { name: isNamed ? name : basename(directory), directory, devScript: devScriptOf(manifest) };
}

/** A list, or an object with the list in `packages`, as yarn has it. */
function patternsOf({ workspaces }: Manifest): readonly string[] {
  const list =
    typeof workspaces === "object" && workspaces !== null && "packages" in workspaces
      ? workspaces.packages
      : workspaces;
  return textsOf(list);
}

async function readPnpmPatterns(directory: string): Promise<readonly string[]> {
  const document = parseDocument((await readText(join(directory, "pnpm-workspace.yaml"))) ?? "");
  if (document.errors.length > 0) return [];
  const data: unknown = document.toJS();
  return typeof data === "object" && data !== null && "packages" in data ? textsOf(data.packages) : [];
}

function textsOf(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.filter((item): item is string => typeof item === "string") : [];
}

async function findMembers(directory: string, patterns: readonly string[]): Promise<readonly string[]> {
  const clean = patterns.map((pattern) => pattern.replace(/^(!?)(?:\.?\/)+/, "$1").replace(/\/+$/, ""));
  const wanted = clean.filter((pattern) => !pattern.startsWith("!")).map((pattern) => `${pattern}/package.json`);
  if (wanted.length === 0) return [];
  const unwanted = clean.flatMap((pattern) =>
    pattern.startsWith("!") ? [`${pattern.slice(1)}/**`, pattern.slice(1)] : [],
  );
  const ignore = ["**/node_modules/**", "**/bower_components/**", ...unwanted];
  const files = await glob(wanted, { cwd: directory, ignore, absolute: true, expandDirectories: false });
  const directories = [...new Set(files.map((file) => dirname(file)))].filter(
    (path) => relative(directory, path) !== "",
  );
  return directories.sort();
}
