import { dirname, join } from "node:path";
import { composeFileNames } from "./compose-file-names.ts";
import { kindOf } from "./kind-of.ts";
import { isWorkTree } from "./read-work-tree.ts";

/** The name of the settings file. */
export const settingsFileName = ".cspace.json";

/** Where a project is, and the root of the work tree around it. */
export interface FoundDirectory {
  readonly directory: string;
  /** Of git's or, where that has none, of jj's. */
  readonly root: string | null;
  /** What makes it a project: `.cspace.json`, a compose file, a `package.json`, or being the root of a work tree. */
  readonly kind: "settings" | "compose" | "manifest" | "worktree";
}

/**
 * The directory of the project around `start`: of all directories from `start` up to the root of its work tree, the
 * nearest with a `.cspace.json`; else with a compose file; else with a `package.json`; else the root itself.
 *
 * The walk does not go above the home directory, and there it minds nothing but a `.cspace.json`: a `package.json` or a
 * `.git` that lies in the home directory says nothing of what is below.
 */
export async function findDirectory(start: string, home: string): Promise<FoundDirectory | undefined> {
  const seen: Markers[] = [];
  for (let directory = start; ; directory = dirname(directory)) {
    const markers = await readMarkers(directory, directory === home && directory !== start);
    seen.push(markers);
    if (markers.worktree || directory === home || directory === dirname(directory)) break;
  }
  const root = seen.find(({ worktree }) => worktree)?.directory ?? null;
  for (const kind of markerKinds) {
    const found = seen.find((markers) => markers[kind]);
    if (found !== undefined) return { directory: found.directory, root, kind };
  }
  return undefined;
}

const markerKinds = ["settings", "compose", "manifest", "worktree"] as const;

interface Markers extends Readonly<Record<(typeof markerKinds)[number], boolean>> {
  readonly directory: string;
}

async function readMarkers(directory: string, settingsOnly: boolean): Promise<Markers> {
  const has = async (name: string): Promise<boolean> => (await kindOf(join(directory, name))) !== "missing";
  const hasFile = async (name: string): Promise<boolean> => (await kindOf(join(directory, name))) === "file";
  const settings = await has(settingsFileName);
  if (settingsOnly) return { directory, settings, compose: false, manifest: false, worktree: false };
  const [manifest, worktree, ...compose] = await Promise.all([
    hasFile("package.json"),
    isWorkTree(directory),
    ...composeFileNames.map(hasFile),
  ]);
  return { directory, settings, compose: compose.includes(true), manifest, worktree };
}
