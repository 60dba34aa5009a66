import { dirname, join } from "node:path";
import { kindOf } from "./kind-of.ts";
import type { Project } from "./read-project.ts";
import { readText } from "./read-text.ts";

/** What runs the scripts of a `package.json`. */
export type ScriptRunner = "npm" | "pnpm" | "yarn" | "bun";

const lockfiles: readonly (readonly [string, ScriptRunner])[] = [
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
  ["package-lock.json", "npm"],
  ["npm-shrinkwrap.json", "npm"],
];

/**
 * What runs the `dev` script of a project's `package.json`: `packageManager` in it; else whose lockfile is nearest, up
 * to the root of the git work tree; else npm. `null` when there is no such script. A `package.json` that is not JSON has
 * none.
 *
 * @see https://nodejs.org/api/packages.html#packagemanager
 * @example
 * ```ts
 * await readDevScript(await readProject("/home/ada/resume-redux")); //=> "pnpm"
 * ```
 */
export async function readDevScript(project: Pick<Project, "directory" | "git">): Promise<ScriptRunner | null> {
  const { directory, git } = project;
  const manifest = parseManifest(await readText(join(directory, "package.json")));
  if (typeof manifest.scripts?.dev !== "string" || manifest.scripts.dev.trim() === "") return null;
  const named = /^(npm|pnpm|yarn|bun)@/.exec(String(manifest.packageManager))?.[1];
  if (named !== undefined) return named as ScriptRunner;
  return (await findLockfile(directory, { above: git !== null })) ?? "npm";
}

interface Manifest {
  readonly scripts?: Readonly<Record<string, unknown>> | null;
  readonly packageManager?: unknown;
}

function parseManifest(text: string | null): Manifest {
  try {
    const data: unknown = JSON.parse((text ?? "{}").replace(/^\uFEFF/, ""));
    return typeof data === "object" && data !== null ? data : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** A workspace has one lockfile, at its root; above the work tree nothing belongs to the project. */
async function findLockfile(
  directory: string,
  { above }: { readonly above: boolean },
): Promise<ScriptRunner | undefined> {
  const kinds = await Promise.all(lockfiles.map(([name]) => kindOf(join(directory, name))));
  const found = lockfiles.find((_, index) => kinds[index] === "file");
  if (found !== undefined) return found[1];
  const isTop = !above || directory === dirname(directory) || (await kindOf(join(directory, ".git"))) !== "missing";
  return isTop ? undefined : findLockfile(dirname(directory), { above });
}
