import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import {
  instanceFolder,
  type KeptModel,
  type MachineConfig,
  makeFolder,
  mergeSelection,
  modelPath,
  readClientProxy,
  readKeptModel,
  readMachineConfig,
  readSelection,
  renderCore,
  requireCompose,
  type Selection,
  selectionVariables,
  writeSelection,
} from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import { composeProjectName } from "@cspace/hostnames";
import { writeFileAtomic } from "@cspace/plan";
import type { Project } from "@cspace/project";
import type { InstancesErrorCode } from "../instances-error-code.ts";
import type { ComposeHost } from "../machine/open-compose.ts";
import type { Context } from "../options.ts";

const coreName = "docker-compose.core.yml";

/** What an instance consists of, before anything of cspace's is added. */
export interface Stack {
  /** The compose files, absolute. */
  readonly files: readonly string[];
  /** What of its files it consists of: what is asked for now, over what was kept. */
  readonly selection: Selection;
  /** The profiles that were on, and are not any more. */
  readonly offProfiles: readonly string[];
  /** Keeps the selection for the next time. */
  readonly keepSelection: () => Promise<void>;
  /** Variables that these files may interpolate, and those that tell Compose of the selection. */
  readonly env: Readonly<Record<string, string>>;
  /** Variables that Docker's client gives every container. */
  readonly clientProxy: Readonly<Record<string, string>>;
  readonly config: MachineConfig;
  /** What Compose makes of the files; it may still be reading them. */
  readonly model: Promise<KeptModel>;
  /** Removes what was only written to be read. */
  readonly release: () => Promise<void>;
}

/**
 * Lets Compose read the files of an instance: the project's own, or the rendered `docker-compose.core.yml` of a project
 * that has only `container` in its settings. In a dry run that one is written to a temporary folder, until `release`.
 *
 * @throws {CspaceError} `CSPACE_NO_SERVICES` when there is neither; `model` rejects with what Compose says.
 */
export async function readStack(
  { env: environment, signal, onWarning: tell }: Context,
  { compose, endpoint, paths }: ComposeHost,
  project: Project,
  names: StackNames,
): Promise<Stack> {
  const [{ config, files, release, selection, kept, env }, clientProxy] = await Promise.all([
    readStackFiles(paths, project, names),
    readClientProxy(endpoint, environment),
  ]);
  const { directory } = project;
  const composeProject = composeProjectName(names);
  const told = new Set<string>();
  const onWarning = (message: string): void => {
    if (!told.has(message)) tell(message);
    told.add(message);
  };
  const path = modelPath(paths, names);
  const model = readKeptModel({
    compose,
    directory,
    files,
    composeProject,
    env,
    environment,
    path,
    signal,
    onWarning,
  }).catch(async (error: unknown) => {
    // A Compose that is too old may well have failed for that.
    await requireCompose(compose, directory);
    throw error;
  });
  // Whoever awaits it sees a failure; until then it is none.
  model.catch(() => undefined);
  const keepSelection = async (): Promise<void> => {
    if (!isDeepStrictEqual(selection, kept)) await writeSelection(paths, names, selection);
  };
  const offProfiles = (kept.profiles ?? []).filter((profile) => selection.profiles?.includes(profile) !== true);
  return { files, selection, offProfiles, keepSelection, env, clientProxy, config, model, release };
}

/** Whose stack is read, and what is asked of it. */
export interface StackNames {
  readonly project: string;
  readonly instance: string;
  /** @default {} */
  readonly asked?: Selection;
  readonly dryRun?: boolean;
}

/** What {@link readStackFiles} gives. */
export interface StackFiles extends Pick<Stack, "files" | "env" | "config" | "selection" | "release"> {
  /** What was kept of the selection. */
  readonly kept: Selection;
}

/**
 * The files and variables of an instance, without asking Compose what it makes of them.
 *
 * @throws {CspaceError} `CSPACE_NO_SERVICES`
 */
export async function readStackFiles(
  paths: ComposeHost["paths"],
  project: Project,
  names: StackNames,
): Promise<StackFiles> {
  const [config, kept] = await Promise.all([readMachineConfig(paths), readSelection(paths, names)]);
  const selection = mergeSelection(kept, names.asked ?? {});
  const composeFiles = project.settings.compose === undefined ? selection.files : undefined;
  const { files, release } = await readFiles(paths, { ...project, ...(composeFiles && { composeFiles }) }, names);
  const env = {
    CSPACE_PROJECT: names.project,
    CSPACE_INSTANCE: names.instance,
    CSPACE_DOMAIN: config.domains[0] as string,
    ...selectionVariables(selection),
  };
  return { config, files, release, selection, kept, env };
}

async function readFiles(
  paths: ComposeHost["paths"],
  project: Project,
  options: { readonly project: string; readonly instance: string; readonly dryRun?: boolean },
): Promise<Pick<Stack, "files" | "release">> {
  const { container } = project.settings;
  const release = async (): Promise<void> => undefined;
  if (container === undefined) {
    if (project.composeFiles.length > 0) return { files: project.composeFiles, release };
    throw new CspaceError<InstancesErrorCode>("CSPACE_NO_SERVICES", `${project.directory} has no compose file`, {
      hint: 'write a compose.yaml, or "container" in .cspace.json',
    });
  }
  const folder = instanceFolder(paths, options);
  const path = join(folder, coreName);
  const text = await renderCore(container, project.directory);
  const own = project.settings.compose === undefined ? [] : project.composeFiles;
  if ((await readOrMissing(path)) === text) return { files: [...own, path], release };
  if (options.dryRun === true) {
    const temporary = await mkdtemp(join(tmpdir(), "cspace-"));
    const file = join(temporary, coreName);
    await writeFile(file, text, { mode: 0o600 });
    return { files: [...own, file], release: () => rm(temporary, { recursive: true, force: true }) };
  }
  await makeFolder(folder);
  await writeFileAtomic(path, text, { mode: 0o600 });
  return { files: [...own, path], release };
}

async function readOrMissing(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
