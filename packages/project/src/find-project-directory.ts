import { homedir as systemHomedir } from "node:os";
import { type FoundDirectory, findDirectory } from "./find-directory.ts";
import { realpathOrNull } from "./realpath-or-null.ts";

/** Options of {@link findProjectDirectory}. */
export interface FindProjectDirectoryOptions {
  /**
   * The directory above which nothing is looked for.
   * @default os.homedir()
   */
  readonly homedir?: string | undefined;
}

/**
 * Where the project around a directory is, as `readProject` finds it, and by what it is one, without reading
 * anything of it; `null` when there is none.
 *
 * @example
 * ```ts
 * await findProjectDirectory("/home/ada/resume-redux/src");
 * //=> { directory: "/home/ada/resume-redux", kind: "compose" }
 * ```
 */
export async function findProjectDirectory(
  cwd: string,
  options: FindProjectDirectoryOptions = {},
): Promise<Pick<FoundDirectory, "directory" | "kind"> | null> {
  const { homedir = systemHomedir() } = options;
  const [start, home] = await Promise.all([realpathOrNull(cwd), realpathOrNull(homedir)]);
  const found = start === null ? undefined : await findDirectory(start, home ?? homedir);
  return found === undefined ? null : { directory: found.directory, kind: found.kind };
}
