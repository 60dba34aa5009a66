import { existsSync } from "node:fs";
import { join } from "node:path";
import { isCspaceError } from "@cspace/errors";
import { type PlanStep, planFile, readFileState } from "@cspace/plan";
import { type Project, proposeSettings, readDevScript, readProject, renderSettings } from "@cspace/project";
import { openCompose } from "./machine/open-compose.ts";
import { type Context, createContext, type InstanceOptions } from "./options.ts";
import { findHttpPorts, type ServicePortList } from "./up/plan-routes.ts";
import { readStack } from "./up/read-stack.ts";

/** What `init` may do for the project of the directory. */
export interface ProjectProposal {
  /** The settings file, there or to be; `null` outside of a project. */
  readonly file: string | null;
  /** `proposed` with the step that writes it; `none`: nothing was found to write. */
  readonly state: "present" | "proposed" | "none";
  readonly step: PlanStep | undefined;
  /** Each a sentence for the user. */
  readonly notes: readonly string[];
}

/** The schema as it is published with the command line; a copy that the project has installed goes before. */
const schemas = {
  installed: "node_modules/@cspace/cli/schema/cspace.schema.json",
  published: "https://raw.githubusercontent.com/cspace-dev/cspace/main/apps/cli/schema/cspace.schema.json",
} as const;

/** Proposes settings for a project that has none, from what is found in it; changes nothing. */
export async function proposeProject(options: InstanceOptions = {}): Promise<ProjectProposal> {
  const context = createContext(options);
  const project = await findProject(context);
  if (project === undefined) {
    return {
      file: null,
      state: "none",
      step: undefined,
      notes: [`${context.cwd} is no project: only the machine is set up`],
    };
  }
  const { directory, name, settingsFile, composeFiles } = project;
  if (settingsFile !== null) return { file: settingsFile, state: "present", step: undefined, notes: [] };
  const compose = composeFiles.length > 0;
  const { services, note } = compose ? await readServices(context, project) : { services: undefined, note: undefined };
  const settings = proposeSettings({
    name,
    schema: existsSync(join(directory, schemas.installed)) ? `./${schemas.installed}` : schemas.published,
    compose,
    services,
    devScript: await readDevScript(project),
  });
  const file = join(directory, ".cspace.json");
  if (settings === undefined) {
    const found = `${directory} has neither a compose file nor a dev script in package.json`;
    return { file: null, state: "none", step: undefined, notes: [`${found}, so there is nothing to propose`] };
  }
  const step = planFile(await readFileState(file), renderSettings(settings));
  return { file, state: "proposed", step, notes: note === undefined ? [] : [note] };
}

async function findProject({ cwd, env }: Context): Promise<Project | undefined> {
  try {
    return await readProject(cwd, { env });
  } catch (error) {
    if (isCspaceError(error) && error.code === "CSPACE_PROJECT_NOT_FOUND" && existsSync(cwd)) return undefined;
    throw error;
  }
}

/** What Compose makes of the files; where it cannot be asked, no routes are known, and the note says why. */
async function readServices(
  context: Context,
  project: Project,
): Promise<{ readonly services?: ServicePortList; readonly note?: string }> {
  try {
    // No instance is meant: files that interpolate its name get one that many have.
    const stack = await readStack(context, await openCompose(context), project, {
      project: project.slug,
      instance: "mercury",
    });
    return { services: findHttpPorts((await stack.model).model) };
  } catch (error) {
    if (!isCspaceError(error) || context.signal.aborted) throw error;
    return { note: `no routes are proposed, as Compose cannot read the services: ${error.message}` };
  }
}
