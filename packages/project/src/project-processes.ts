import { join, relative } from "node:path";
import { toSlug } from "@cspace/hostnames";
import type { ProjectPackage, ProjectPackages } from "./read-packages.ts";
import type { Project } from "./read-project.ts";
import type { ProcessSettings } from "./settings.ts";

/** A process of the host that a project has. */
export interface ProjectProcess {
  readonly label: string;
  /** The command line that starts it. */
  readonly command: string;
  /** Where it runs, an absolute path. */
  readonly directory: string;
  readonly restart: NonNullable<ProcessSettings["restart"]>;
  /** The port it is to have; `null`: a free one. */
  readonly port: number | null;
  /** Where it is written: in `processes` of the settings, or as the `dev` script of a package. */
  readonly source: "settings" | "script";
}

/**
 * The processes of a project: `processes` of its settings; else, where there are neither compose files nor a container,
 * the `dev` script of every package of its workspace, under the package's name without its scope; else its own `dev`
 * script as `dev`. Labels are unique. Pure.
 *
 * The root's own script goes uncounted where a member has one: it mostly runs all of theirs.
 *
 * @example
 * ```ts
 * const project = await readProject("/home/ada/shop");
 * projectProcesses(project, await readPackages(project));
 * //=> [{ label: "web", command: "pnpm run dev", directory: "/home/ada/shop/apps/web", restart: "no", port: null, source: "script" }]
 * ```
 */
export function projectProcesses(
  project: Pick<Project, "directory" | "settings" | "composeFiles">,
  packages: ProjectPackages,
): readonly ProjectProcess[] {
  const { directory, settings, composeFiles } = project;
  if (settings.processes !== undefined) {
    return Object.entries(settings.processes).map(([label, { command, cwd = ".", restart = "no", port = null }]) => {
      return { label, command, directory: join(directory, cwd), restart, port, source: "settings" };
    });
  }
  if (composeFiles.length > 0 || settings.container !== undefined) return [];
  const serving = packages.members.filter(({ devScript }) => devScript !== null);
  if (serving.length === 0)
    return packages.root.devScript === null ? [] : [scriptProcess("dev", packages.root, packages)];
  const taken = new Set<string>();
  return serving.map((member) => {
    const label = freeLabel(member, directory, taken);
    taken.add(label);
    return scriptProcess(label, member, packages);
  });
}

function scriptProcess(label: string, { directory }: ProjectPackage, { runner }: ProjectPackages): ProjectProcess {
  return { label, command: `${runner} run dev`, directory, restart: "no", port: null, source: "script" };
}

/** The package's name without its scope; else, when another one is called so, its directory, and then a number. */
function freeLabel({ name, directory }: ProjectPackage, root: string, taken: ReadonlySet<string>): string {
  const path = relative(root, directory);
  const bare = name.replace(/^@[^/]*\//, "");
  const wanted = [bare.trim() === "" ? path : bare, path];
  for (let round = 2; ; round += 1) {
    const free = wanted.map((text) => toSlug(text).slug).find((slug) => !taken.has(slug));
    if (free !== undefined) return free;
    wanted.push(`${path}-${round}`);
  }
}
