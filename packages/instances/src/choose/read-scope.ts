import { CspaceError, isCspaceError } from "@cspace/errors";
import { reservedProjects, toSlug } from "@cspace/hostnames";
import { type Project, readProject } from "@cspace/project";
import type { InstancesErrorCode } from "../instances-error-code.ts";
import type { Context } from "../options.ts";
import { hasContainers } from "./has-containers.ts";

/** Where an instance is looked for. */
export interface Scope {
  /** The project of the directory; `undefined` outside of one, when another is named. */
  readonly project: Project | undefined;
  readonly projectSlug: string;
  readonly projectName: string;
}

/** The scope of what needs a project's directory. */
export type ProjectScope = Scope & { readonly project: Project };

/** Reads the project that is meant: the named one, else that of the directory. */
export async function readScope({ cwd, env, project: named }: Context): Promise<Scope> {
  let project: Project | undefined;
  try {
    project = await readProject(cwd, { env });
  } catch (error) {
    if (named === undefined || !isCspaceError(error) || error.code !== "CSPACE_PROJECT_NOT_FOUND") throw error;
  }
  const projectName = named ?? (project as Project).name;
  return { project, projectName, projectSlug: toSlug(projectName, { reserved: reservedProjects }).slug };
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
export function mayHaveContainers({ project, projectSlug }: Scope): boolean {
  return project === undefined || project.slug !== projectSlug || hasContainers(project);
}
