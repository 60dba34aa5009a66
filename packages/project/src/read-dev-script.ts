import { devScriptOf, readManifest } from "./read-manifest.ts";
import type { Project } from "./read-project.ts";
import { readScriptRunner, type ScriptRunner } from "./read-script-runner.ts";

/**
 * What runs the `dev` script of a project's `package.json`: `packageManager` in it; else whose lockfile is nearest, up
 * to the root of the work tree; else npm. `null` when there is no such script. A `package.json` that is not JSON has
 * none.
 *
 * @see https://nodejs.org/api/packages.html#packagemanager
 * @example
 * ```ts
 * await readDevScript(await readProject("/home/ada/resume-redux")); //=> "pnpm"
 * ```
 */
export async function readDevScript(project: Pick<Project, "directory" | "workTree">): Promise<ScriptRunner | null> {
  const { directory, workTree } = project;
  const manifest = await readManifest(directory);
  if (devScriptOf(manifest) === null) return null;
  return readScriptRunner(directory, manifest, { above: workTree !== null });
}
