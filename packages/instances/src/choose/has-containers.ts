import type { Project } from "@cspace/project";

/** Whether a project consists of containers, so that nothing can be said of it without an engine. */
export function hasContainers(project: Project | undefined): boolean {
  return project !== undefined && (project.composeFiles.length > 0 || project.settings.container !== undefined);
}
