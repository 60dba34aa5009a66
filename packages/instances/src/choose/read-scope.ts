import { homePaths } from "@cspace/compose";
import { CspaceError, isCspaceError } from "@cspace/errors";
import { reservedProjects, toSlug } from "@cspace/hostnames";
import { type Project, readProject } from "@cspace/project";
import type { InstancesErrorCode } from "../instances-error-code.ts";
import type { Context } from "../options.ts";
import { hasContainers } from "./has-containers.ts";
import { findKeptName, isOwnName } from "./kept-name.ts";

/** Where an instance is looked for. */
export interface Scope {
  /** The project of the directory; `undefined` outside of one, when another is named. */
  readonly project: Project | undefined;
  readonly projectSlug: string;
  readonly projectName: string;
  /** Whether the project was named, rather than found. */
  readonly isNamed: boolean;
  /** Whether the directory is in no project, or in another one than the named. */
  readonly isElsewhere: boolean;
}

/** The scope of what needs a project's directory. */
export type ProjectScope = Scope & { readonly project: Project };

/** Reads the project that is meant: the named one, else that of the directory, under the name that it has here. */
export async function readScope({ cwd, env, project: named }: Context): Promise<Scope> {
  let project: Project | undefined;
  try {
    project = await readProject(cwd, { env });
  } catch (error) {
    if (named === undefined || !isCspaceError(error) || error.code !== "CSPACE_PROJECT_NOT_FOUND") throw error;
  }
  const paths = homePaths({ env });
  if (named === undefined) {
    return { project, ...(await findKeptName(paths, project as Project)), isNamed: false, isElsewhere: false };
  }
  const { slug: projectSlug } = toSlug(named, { reserved: reservedProjects });
  const isElsewhere = project === undefined || !(await isOwnName(paths, projectSlug, project));
  return { project, projectName: named, projectSlug, isNamed: true, isElsewhere };
}

/**
 * As {@link readScope}, with the directory's project.
 *
 * @throws {CspaceError} `CSPACE_PROJECT_NOT_FOUND` outside of one.
 */
export async function readProjectScope(context: Context): Promise<ProjectScope> {
  const { project, ...scope } = await readScope(context);
  if (project !== undefined) return { ...scope, project };
  throw new CspaceError<InstancesErrorCode>(
    "CSPACE_PROJECT_NOT_FOUND",
    `no project in ${context.cwd} or above it, so nothing of ${scope.projectName} to start`,
    { hint: "go to the project's directory, or name it: --cwd <dir>" },
  );
}

/** Whether what is asked for may be containers: where the directory's own project has none, only of another project. */
export function mayHaveContainers({ project, isElsewhere }: Scope): boolean {
  return isElsewhere || hasContainers(project);
}
