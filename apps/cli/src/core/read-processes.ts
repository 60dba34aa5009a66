import { type Project, readDevScript } from "@cspace/project";

/** A process of the host that belongs to a project. */
export interface ProjectProcess {
  readonly label: string;
  readonly command: string;
  /** Absolute. */
  readonly cwd: string;
  /** The names in its route's `env`. */
  readonly env: readonly string[];
}

/**
 * The processes of a project: those of its settings; else, where nothing else says what it consists of, the `dev` script
 * of its `package.json`.
 */
export async function readProcesses(project: Project): Promise<readonly ProjectProcess[]> {
  const { settings, directory, composeFiles } = project;
  const named = Object.entries(settings.processes ?? {}).map(([label, { command }]) => {
    const routes = Object.values(settings.routes ?? {});
    const route = routes.find((one) => "process" in one && one.process === label);
    return { label, command, cwd: directory, env: route?.env ?? [] };
  });
  if (named.length > 0 || composeFiles.length > 0 || settings.container !== undefined) return named;
  const runner = await readDevScript(project);
  return runner === null ? [] : [{ label: "dev", command: `${runner} run dev`, cwd: directory, env: [] }];
}
