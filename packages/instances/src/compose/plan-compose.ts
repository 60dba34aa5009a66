import { stat } from "node:fs/promises";
import { delimiter, dirname } from "node:path";
import { composeArguments, composeEnvironment, overridePath } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import { composeProjectName } from "@cspace/hostnames";
import { readProject } from "@cspace/project";
import { isOfDirectory } from "../choose/ownership.ts";
import { findKnown } from "../describe/find-known.ts";
import type { MachineInstance } from "../describe/merge-instances.ts";
import type { InstancesErrorCode } from "../instances-error-code.ts";
import type { ForegroundPlan } from "../lease/plan-foreground.ts";
import { openCompose } from "../machine/open-compose.ts";
import { type Context, createContext, type InstanceOptions } from "../options.ts";
import { readStackFiles, type StackFiles } from "../up/read-stack.ts";

/** Options of {@link planCompose}. */
export interface PlanComposeOptions extends InstanceOptions {
  /** Compose's own command and its words: `["exec", "db", "psql"]`. */
  readonly command: readonly string[];
}

/**
 * Gives the run of Docker Compose that works on exactly one instance: its project name, its files with the override
 * over them, its profiles and variables, and the engine that it is on.
 *
 * @throws {CspaceError} `CSPACE_NO_SERVICES` for an instance without containers, or whose directory is gone; as
 * `describeInstance`.
 * @example
 * ```ts
 * const { file, args, env } = await planCompose({ instance: "mercury", command: ["ps"] });
 * //=> docker compose -p shop--mercury --project-directory /home/ada/shop -f … ps
 * ```
 */
export async function planCompose(options: PlanComposeOptions): Promise<ForegroundPlan> {
  const { endpoint, env, composeProject, directory, files, selected } = await readRun(createContext(options));
  return {
    file: "docker",
    args: ["compose", ...composeArguments({ composeProject, directory, files }), ...options.command],
    env: { ...composeEnvironment({ endpoint, env }), ...selected },
  };
}

/**
 * The variables that make a plain `docker compose` work on exactly one instance, for Makefiles and scripts.
 *
 * @throws {CspaceError} as {@link planCompose}.
 * @example
 * ```ts
 * const { COMPOSE_PROJECT_NAME, COMPOSE_FILE } = await readComposeVariables({ instance: "mercury" });
 * ```
 */
export async function readComposeVariables(options: InstanceOptions = {}): Promise<Record<string, string>> {
  const context = createContext(options);
  const { endpoint, composeProject, directory, files, selected } = await readRun(context);
  // No variable says what paths in the files are relative to: it is where the first of them lies.
  if (dirname(files[0] as string) !== directory) {
    context.onWarning(
      `paths in the compose files would be relative to ${dirname(files[0] as string)}, not to ${directory}; there, use: cspace compose`,
    );
  }
  return {
    COMPOSE_PROJECT_NAME: composeProject,
    COMPOSE_FILE: files.join(delimiter),
    COMPOSE_PATH_SEPARATOR: delimiter,
    ...selected,
    DOCKER_HOST: endpoint,
  };
}

interface ComposeRun {
  readonly endpoint: string;
  readonly env: NodeJS.ProcessEnv;
  readonly composeProject: string;
  readonly directory: string;
  readonly files: readonly string[];
  readonly selected: StackFiles["env"];
}

async function readRun(context: Context): Promise<ComposeRun> {
  const { env } = context;
  const { instance } = await findKnown(context);
  if (instance.engine === "gateway") {
    const message = `${instance.instance} of ${instance.project} has no containers, only processes of this machine`;
    throw new CspaceError<InstancesErrorCode>("CSPACE_NO_SERVICES", message, { hint: "see them: cspace list" });
  }
  const { endpoint, paths } = await openCompose(context);
  const project = await readOwnProject(context, instance);
  const override = overridePath(paths, instance);
  if (!(await stat(override).catch(() => undefined))?.isFile()) throw notHere(instance, `${override} is missing`);
  const { files, env: selected } = await readStackFiles(paths, project, instance);
  return {
    endpoint,
    env,
    composeProject: composeProjectName(instance),
    directory: project.directory,
    files: [...files, override],
    selected,
  };
}

async function readOwnProject({ env }: Context, instance: MachineInstance): ReturnType<typeof readProject> {
  const project = await readProject(instance.directory, { env }).catch(() => undefined);
  if (project !== undefined && isOfDirectory(instance, project)) return project;
  throw notHere(instance, `its directory, ${instance.directory}, is gone`);
}

function notHere({ instance, project }: MachineInstance, why: string): CspaceError<InstancesErrorCode> {
  return new CspaceError("CSPACE_NO_SERVICES", `Compose cannot be run for ${instance} of ${project}: ${why}`, {
    hint: `start it from its directory (cspace up), or remove it: cspace down ${instance} --project ${project}`,
  });
}
