import { type HomePaths, type NamedProject, readNamedProject, readNamedProjects } from "@cspace/compose";
import { isSameDirectory, type Project } from "@cspace/project";

type Named = Pick<Project, "name" | "slug" | "nameSource" | "identity">;

/**
 * The name that a project's repository has on this machine: the one it says, unless that is another repository's, or it
 * came from a directory that has another name now. Then the one that its instances were started under.
 */
export async function findKeptName(
  paths: HomePaths,
  project: Named,
): Promise<{ readonly projectName: string; readonly projectSlug: string }> {
  const said = { projectName: project.name, projectSlug: project.slug };
  const named = await readNamedProject(paths, project.slug);
  if (named === undefined ? project.nameSource === "settings" : isNameOf(named, project)) return said;
  const kept = (await readNamedProjects(paths)).find((one) => isNameOf(one, project));
  return kept === undefined ? said : { projectName: kept.projectName, projectSlug: kept.project };
}

/** Whether a name is the one of a project's repository here. */
export async function isOwnName(paths: HomePaths, slug: string, project: Named): Promise<boolean> {
  const named = await readNamedProject(paths, slug);
  return named === undefined ? slug === project.slug : isNameOf(named, project);
}

function isNameOf({ repository, repositoryId }: NamedProject, { identity }: Named): boolean {
  return isSameDirectory({ path: repository, id: repositoryId }, identity.repository);
}
