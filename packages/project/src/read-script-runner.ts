import { dirname, join } from "node:path";
import { kindOf } from "./kind-of.ts";
import type { Manifest } from "./read-manifest.ts";
import { isWorkTree } from "./read-work-tree.ts";

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
 * What runs the scripts of a manifest in a directory: `packageManager` in it; else whose lockfile is nearest, with
 * `above` up to the root of the work tree; else npm.
 *
 * @see https://nodejs.org/api/packages.html#packagemanager
 */
export async function readScriptRunner(
  directory: string,
  manifest: Manifest,
  options: { readonly above: boolean },
): Promise<ScriptRunner> {
  const named = /^(npm|pnpm|yarn|bun)@/.exec(String(manifest.packageManager))?.[1];
  if (named !== undefined) return named as ScriptRunner;
  return (await findLockfile(directory, options)) ?? "npm";
}

/** A workspace has one lockfile, at its root; above the work tree nothing belongs to the project. */
async function findLockfile(
  directory: string,
  { above }: { readonly above: boolean },
): Promise<ScriptRunner | undefined> {
  const kinds = await Promise.all(lockfiles.map(([name]) => kindOf(join(directory, name))));
  const found = lockfiles.find((_, index) => kinds[index] === "file");
  if (found !== undefined) return found[1];
  const isTop = !above || directory === dirname(directory) || (await isWorkTree(directory));
  return isTop ? undefined : findLockfile(dirname(directory), { above });
}
