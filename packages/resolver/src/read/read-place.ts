import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CspaceError } from "@cspace/errors";
import { type FileState, type PlanErrorCode, readDirectoryState, readFileState, temporaryPath } from "@cspace/plan";
import type { FileKind, RulePlace } from "../resolver-state.ts";
import { ruleFormats } from "../rule-formats.ts";

/** Options of {@link readPlace}. */
export interface ReadPlaceOptions {
  /** Every path is below it. */
  readonly root: string;
  readonly domains: readonly string[];
  readonly reload: readonly string[] | null;
  /** When the process that reads the place began, in milliseconds since 1970; `null` when nobody can tell. */
  readonly startedAt: number | null;
  /** Whether that process may still follow a rule whose file is gone. @default false */
  readonly mayFollow?: boolean;
}

/**
 * Reads what stands where a kind keeps its rule.
 *
 * @throws `CSPACE_FILE_UNREADABLE`.
 */
export async function readPlace(kind: FileKind, options: ReadPlaceOptions): Promise<RulePlace> {
  const { root, domains, reload, startedAt, mayFollow = false } = options;
  const { directory, fileOf } = ruleFormats[kind];
  const folder = join(root, directory);
  const state = await readDirectoryState(folder);
  const paths = [...new Set(domains.map((domain) => join(folder, fileOf(domain))))];
  const entries = state.kind === "missing" ? [] : await readEntries(folder);
  const [files, temporaries] = await Promise.all([
    Promise.all(paths.map(readFileState)),
    Promise.all(paths.map((path) => readFileState(temporaryPath(path)))),
  ]);
  const since = async (path: string): Promise<boolean> => startedAt === null || (await changedAt(path)) <= startedAt;
  const [file] = files;
  return {
    kind,
    directory: state,
    entries,
    files,
    leftovers: temporaries.filter((one) => one.kind === "file"),
    reload,
    loaded: file?.kind !== "file" || (await since(file.path)),
    cleared: !mayFollow || file?.kind === "file" || (await since(folder)),
  };
}

async function readEntries(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EACCES") throw cause;
    throw new CspaceError<PlanErrorCode>("CSPACE_FILE_UNREADABLE", `cannot read ${folder}: permission denied`, {
      hint: `let everybody read it, as is the custom: sudo chmod a+rx ${folder}`,
      cause,
    });
  }
}

/** When something was last put at a path or taken from it; of what is gone, the directory above tells. */
async function changedAt(path: string): Promise<number> {
  try {
    const stats = await stat(path);
    return stats.isDirectory() ? stats.mtimeMs : stats.ctimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || dirname(path) === path) throw error;
    return changedAt(dirname(path));
  }
}

/** The text of a file, `null` when there is none. */
export function textOf(file: FileState): string | null {
  return file.kind === "file" ? file.content : null;
}
