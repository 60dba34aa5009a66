import { type Project, type ProjectProcess, projectProcesses, readPackages } from "@cspace/project";

/** A process of a project, with the names in its route's `env`. */
export interface RoutedProcess extends ProjectProcess {
  readonly env: readonly string[];
  /** Whether it gets what is asked at `/.well-known/cspace` too. */
  readonly exempt?: boolean;
}

/** The processes of a project: those of its settings, else those that its `dev` scripts make. */
export async function readProcesses(project: Project): Promise<readonly RoutedProcess[]> {
  const routes = Object.values(project.settings.routes ?? {});
  return projectProcesses(project, await readPackages(project)).map((process) => {
    const route = routes.find((one) => "process" in one && one.process === process.label);
    return { ...process, env: route?.env ?? [], ...(route?.wellKnown === false && { exempt: true }) };
  });
}
