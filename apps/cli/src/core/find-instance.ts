import type { ListedInstance } from "@cspace/compose";
import { CspaceError, isCspaceError } from "@cspace/errors";
import { reservedProjects, toSlug } from "@cspace/hostnames";
import { type Project, readProject } from "@cspace/project";
import type { Context } from "../context.ts";
import type { CliErrorCode } from "../errors.ts";
import { hasContainers } from "./has-containers.ts";

/** Where a command looks for its instance. */
export interface Scope {
  /** The project of the context's directory; `undefined` outside of one, when `--project` names another. */
  readonly project: Project | undefined;
  readonly projectSlug: string;
  readonly projectName: string;
}

/** Reads the project that a command works on: `--project`, else that of the directory. */
export async function readScope(context: Context): Promise<Scope> {
  const { cwd, env, flags } = context;
  let project: Project | undefined;
  try {
    project = await readProject(cwd, { env });
  } catch (error) {
    if (flags.project === undefined || !isCspaceError(error) || error.code !== "CSPACE_PROJECT_NOT_FOUND") throw error;
  }
  const projectName = flags.project ?? (project as Project).name;
  return { project, projectName, projectSlug: projectSlug(projectName) };
}

/** Whether what is asked for may be containers: where the directory's own project has none, only of another project. */
export function mayHaveContainers({ project, projectSlug }: Scope): boolean {
  return project === undefined || project.slug !== projectSlug || hasContainers(project);
}

/**
 * The instance that is named, as an argument or with `--instance`.
 *
 * @throws {CspaceError} `CSPACE_USAGE` when both name one and they differ.
 */
export function namedInstance(context: Context, argument: unknown): string | undefined {
  const { instance } = context.flags;
  if (typeof argument !== "string") return instance;
  if (instance === undefined || instance === argument) return argument;
  throw new CspaceError<CliErrorCode>("CSPACE_USAGE", `${argument} and --instance ${instance} name two instances`, {
    hint: "name one of them",
  });
}

/** The slug of a project's name; the reserved one is never given. */
function projectSlug(name: string): string {
  return toSlug(name, { reserved: reservedProjects }).slug;
}

/**
 * Picks the instance that a command works on: the named one, else the only one of this directory.
 *
 * @throws {CspaceError} `CSPACE_INSTANCE_UNKNOWN` or `CSPACE_INSTANCE_AMBIGUOUS`, listing what there is.
 */
export function pickInstance<Instance extends Pick<ListedInstance, "instance" | "directory">>(
  all: readonly Instance[],
  { scope, name }: { readonly scope: Scope; readonly name: string | undefined },
): Instance {
  if (name !== undefined) {
    const { slug } = toSlug(name);
    const named = all.find((one) => one.instance === slug);
    if (named !== undefined) return named;
    throw new CspaceError<CliErrorCode>(
      "CSPACE_INSTANCE_UNKNOWN",
      `the project ${scope.projectSlug} has no instance ${slug}`,
      {
        hint: all.length === 0 ? `start it: cspace up ${slug}` : `there are: ${names(all)}`,
      },
    );
  }
  // Where `--project` names another project, this directory says nothing about its instances.
  const elsewhere = scope.project === undefined || scope.project.slug !== scope.projectSlug;
  const own = elsewhere ? all : all.filter((one) => one.directory === scope.project?.directory);
  const [first, second] = own;
  if (first !== undefined && second === undefined) return first;
  if (second !== undefined) {
    throw new CspaceError<CliErrorCode>(
      "CSPACE_INSTANCE_AMBIGUOUS",
      `${elsewhere ? `the project ${scope.projectSlug}` : "this directory"} has several instances: ${names(own)}`,
      {
        hint: `name one: --instance ${first?.instance}`,
      },
    );
  }
  const where = elsewhere ? `the project ${scope.projectSlug}` : scope.project?.directory;
  throw new CspaceError<CliErrorCode>("CSPACE_INSTANCE_UNKNOWN", `no instance of ${where} is running`, {
    hint: all.length === 0 ? "start one: cspace up" : `start one (cspace up), or name one of: ${names(all)}`,
  });
}

function names(all: readonly Pick<ListedInstance, "instance">[]): string {
  return all.map((one) => one.instance).join(", ");
}
