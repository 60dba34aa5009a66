import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type ComposeModel,
  instanceFolder,
  type MachineConfig,
  makeFolder,
  readComposeModel,
  readMachineConfig,
  renderCore,
} from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import { composeProjectName } from "@cspace/hostnames";
import { writeFileAtomic } from "@cspace/plan";
import type { Project } from "@cspace/project";
import type { Context } from "../context.ts";
import type { CliErrorCode } from "../errors.ts";
import type { ComposeHost } from "./open-compose.ts";

/** What an instance consists of, before anything of cspace's is added. */
export interface Stack {
  /** The compose files, absolute. */
  readonly files: readonly string[];
  /** Variables that these files may interpolate. */
  readonly env: Readonly<Record<string, string>>;
  readonly config: MachineConfig;
  /** What Compose makes of the files; it is still reading them. */
  readonly model: Promise<ComposeModel>;
}

/**
 * Lets Compose read the files of an instance: the project's own, or the rendered `docker-compose.core.yml` of a project
 * that has only `container` in its settings.
 *
 * @throws {CspaceError} `CSPACE_NO_SERVICES` when there is neither; `model` rejects with what Compose says.
 */
export async function readStack(
  { signal }: Context,
  { compose, paths }: ComposeHost,
  project: Project,
  names: { readonly project: string; readonly instance: string },
): Promise<Stack> {
  const [config, files] = await Promise.all([readMachineConfig(paths), readFiles(paths, project, names)]);
  const env = {
    CSPACE_PROJECT: names.project,
    CSPACE_INSTANCE: names.instance,
    CSPACE_DOMAIN: config.domains[0] as string,
  };
  const { directory } = project;
  const model = readComposeModel({ compose, directory, files, composeProject: composeProjectName(names), env, signal });
  // Whoever awaits it sees a failure; until then it is none.
  model.catch(() => undefined);
  return { files, env, config, model };
}

async function readFiles(
  paths: ComposeHost["paths"],
  project: Project,
  names: { readonly project: string; readonly instance: string },
): Promise<readonly string[]> {
  const { container } = project.settings;
  if (container === undefined) {
    if (project.composeFiles.length > 0) return project.composeFiles;
    throw new CspaceError<CliErrorCode>("CSPACE_NO_SERVICES", `${project.directory} has no compose file`, {
      hint: 'write a compose.yaml, or "container" in .cspace.json',
    });
  }
  const folder = instanceFolder(paths, names);
  const path = join(folder, "docker-compose.core.yml");
  const text = await renderCore(container, project.directory);
  if ((await readOrMissing(path)) !== text) {
    await makeFolder(folder);
    await writeFileAtomic(path, text, { mode: 0o600 });
  }
  return project.settings.compose === undefined ? [path] : [...project.composeFiles, path];
}

async function readOrMissing(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
