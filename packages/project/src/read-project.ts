import { basename, join, relative } from "node:path";
import { CspaceError } from "@cspace/errors";
import { reservedProjects, type Slug, toSlug } from "@cspace/hostnames";
import { checkSettings } from "./check-settings.ts";
import { findComposeFiles } from "./find-compose-files.ts";
import { findDirectory, settingsFileName } from "./find-directory.ts";
import { formatIssues } from "./format-issues.ts";
import { type ProjectIdentity, readIdentity } from "./identity.ts";
import type { ProjectErrorCode } from "./project-error-code.ts";
import { readComposeName } from "./read-compose-name.ts";
import { readText } from "./read-text.ts";
import { readWorkTree } from "./read-work-tree.ts";
import { realpathOrNull } from "./realpath-or-null.ts";
import type { Settings } from "./settings.ts";
import { userHome } from "./user-home.ts";
import type { WorkTree } from "./work-tree.ts";

/** Options of {@link readProject}. */
export interface ReadProjectOptions {
  /** @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /**
   * The directory above which nothing is looked for.
   * @default os.homedir()
   */
  readonly homedir?: string | undefined;
  /** @default process.platform */
  readonly platform?: string | undefined;
}

/** A project as it is on disk; every path is absolute. */
export interface Project {
  readonly directory: string;
  /** As people write it; `slug` may have lost something of it. */
  readonly name: string;
  readonly slug: Slug;
  /** Where the name comes from: the settings, the compose files, the main worktree's directory, or the project's own. */
  readonly nameSource: "settings" | "compose" | "worktree" | "directory";
  /** Empty without a settings file. */
  readonly settings: Settings;
  readonly settingsFile: string | null;
  readonly settingsText: string | null;
  /** In the order Compose merges them; not looked at, so one that was named may be missing. */
  readonly composeFiles: readonly string[];
  /** `null` where no git or jj work tree is around it. */
  readonly workTree: WorkTree | null;
  /** What tells it from another project of its name, and its directory from another one at the same path. */
  readonly identity: ProjectIdentity;
}

/**
 * Reads the project around a directory: its settings, name, compose files, work tree and identity. Changes nothing, runs
 * nothing, and gives real paths, so that a directory reached by two links is one project.
 *
 * @throws CspaceError `CSPACE_PROJECT_NOT_FOUND` when nothing around the directory is a project;
 * `CSPACE_SETTINGS_INVALID` with every mistake of the settings file; `CSPACE_SETTINGS_UNREADABLE` when that file is there
 * and cannot be read.
 *
 * @example
 * ```ts
 * const { slug, composeFiles } = await readProject("/home/ada/resume-redux/src");
 * slug; //=> "resume-redux"
 * composeFiles; //=> ["/home/ada/resume-redux/compose.yaml"]
 * ```
 */
export async function readProject(cwd: string, options: ReadProjectOptions = {}): Promise<Project> {
  const { env = process.env, homedir = userHome(), platform = process.platform } = options;
  const start = await realpathOrNull(cwd);
  if (start === null) throw notFound(`the directory ${cwd} does not exist`, "check the path, and --cwd");
  const found = await findDirectory(start, (await realpathOrNull(homedir)) ?? homedir);
  if (found === undefined) {
    throw notFound(
      `no project in ${cwd} or above it`,
      "go to a project's directory, or write a compose.yaml, or a package.json with a `dev` script, in this one",
    );
  }

  const { directory, root } = found;
  const [{ settings, settingsFile, settingsText }, workTree] = await Promise.all([
    readSettings(directory, start),
    readWorkTree(root),
  ]);
  const identity = await readIdentity(directory, root, workTree);
  const composeFiles = await findComposeFiles(directory, { settings, env, platform });
  const composeName = settings.project === undefined ? await readComposeName(composeFiles) : undefined;
  const { name, nameSource } = nameOf(directory, settings, composeName, workTree);
  const { slug } = toSlug(name, { reserved: reservedProjects });
  return { directory, name, slug, nameSource, settings, settingsFile, settingsText, composeFiles, workTree, identity };
}

async function readSettings(
  directory: string,
  start: string,
): Promise<Pick<Project, "settings" | "settingsFile" | "settingsText">> {
  const settingsFile = join(directory, settingsFileName);
  const settingsText = await readText(settingsFile).catch((cause: unknown) => {
    throw new CspaceError<ProjectErrorCode>("CSPACE_SETTINGS_UNREADABLE", `cannot read ${settingsFile}`, {
      hint: "make it a file that you may read",
      cause,
    });
  });
  if (settingsText === null) return { settings: {}, settingsFile: null, settingsText: null };
  const checked = checkSettings(settingsText);
  if (checked.ok) return { settings: checked.settings, settingsFile, settingsText };
  const { issues } = checked;
  const mistakes = issues.length === 1 ? "a mistake" : `${issues.length} mistakes`;
  const lines = formatIssues(relative(start, settingsFile), issues);
  throw new CspaceError<ProjectErrorCode>("CSPACE_SETTINGS_INVALID", `${settingsFile} has ${mistakes}:\n${lines}`, {
    hint: issues.length === 1 ? "correct it and try again" : "correct them and try again",
  });
}

/** A bare repository is named `app.git` by custom; the file system's root has no name at all. */
function nameOf(
  directory: string,
  settings: Settings,
  composeName: string | undefined,
  workTree: WorkTree | null,
): Pick<Project, "name" | "nameSource"> {
  if (settings.project !== undefined) return { name: settings.project, nameSource: "settings" };
  if (composeName !== undefined) return { name: composeName, nameSource: "compose" };
  if (workTree === null) return { name: basename(directory) || "root", nameSource: "directory" };
  return { name: basename(workTree.mainDirectory).replace(/\.git$/, "") || "root", nameSource: "worktree" };
}

function notFound(message: string, hint: string): CspaceError<ProjectErrorCode> {
  return new CspaceError("CSPACE_PROJECT_NOT_FOUND", message, { hint });
}
