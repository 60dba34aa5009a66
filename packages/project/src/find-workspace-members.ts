import { dirname, join, relative } from "node:path";
import { glob } from "tinyglobby";
import { parseDocument } from "yaml";
import { type Manifest, readManifest } from "./read-manifest.ts";
import { readText } from "./read-text.ts";

/**
 * The directories of the packages of the workspace of npm, pnpm, yarn or bun that begins in a directory, in their order, as
 * absolute paths; none where none begins there.
 *
 * @see https://docs.npmjs.com/cli/configuring-npm/package-json#workspaces
 * @see https://pnpm.io/pnpm-workspace_yaml
 */
export async function findWorkspaceMembers(directory: string): Promise<readonly string[]> {
  const [pnpm, manifest] = await Promise.all([readPnpmPatterns(directory), readManifest(directory)]);
  return await findMembers(directory, [...pnpm, ...patternsOf(manifest)]);
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
