import { type FoundDirectory, findDirectory } from "./find-directory.ts";
import { type ProjectIdentity, readIdentity } from "./identity.ts";
import { readWorkTree } from "./read-work-tree.ts";
import { realpathIfThere, realpathOrNull } from "./realpath-or-null.ts";
import { userHome } from "./user-home.ts";

/** Options of {@link findProjectDirectory}. */
export interface FindProjectDirectoryOptions {
  /**
   * The directory above which nothing is looked for.
   * @default os.homedir()
   */
  readonly homedir?: string | undefined;
}

/** Where a project is, by what it is one, and whose. */
export interface FoundProject extends Pick<FoundDirectory, "directory" | "kind"> {
  readonly identity: ProjectIdentity;
}

/**
 * Where the project around a directory is, as `readProject` finds it, by what it is one, and what identifies it, without
 * reading its settings; `null` when there is none.
 *
 * @example
 * ```ts
 * const { directory, kind } = await findProjectDirectory("/home/ada/resume-redux/src");
 * //=> { directory: "/home/ada/resume-redux", kind: "compose" }
 * ```
 */
export async function findProjectDirectory(
  cwd: string,
  options: FindProjectDirectoryOptions = {},
): Promise<FoundProject | null> {
  const { homedir = userHome() } = options;
  const [start, home] = await Promise.all([realpathOrNull(cwd), realpathIfThere(homedir)]);
  const found = start === null ? undefined : await findDirectory(start, home);
  if (found === undefined) return null;
  const { directory, root, kind } = found;
  return { directory, kind, identity: await readIdentity(directory, root, await readWorkTree(root)) };
}

/** What is checked out in a directory, and whose it is. */
export interface Checkout {
  readonly branch: string | null;
  readonly identity: ProjectIdentity;
}

/**
 * What is checked out in this very directory, whatever is left in it of a project; `null` where the directory is gone.
 *
 * @example
 * ```ts
 * (await readCheckout("/home/ada/redux-auth"))?.branch; //=> "feature/auth"
 * ```
 */
export async function readCheckout(
  directory: string,
  options: FindProjectDirectoryOptions = {},
): Promise<Checkout | null> {
  const { homedir = userHome() } = options;
  const [path, home] = await Promise.all([realpathOrNull(directory), realpathIfThere(homedir)]);
  if (path === null) return null;
  const root = (await findDirectory(path, home))?.root ?? null;
  const workTree = await readWorkTree(root);
  return { branch: workTree?.branch ?? null, identity: await readIdentity(path, root, workTree) };
}
