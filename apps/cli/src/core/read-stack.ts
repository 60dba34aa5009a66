import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { instanceFolder, makeFolder, renderCore } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import { writeFileAtomic } from "@cspace/plan";
import type { Project } from "@cspace/project";
import type { Machine } from "./open-engine.ts";

/** The compose files of an instance. */
export interface StackFiles {
  /** Absolute, in the order that Compose merges them. */
  readonly files: readonly string[];
  /** Removes what was only written to be read. */
  readonly release: () => Promise<void>;
}

/**
 * Gives the compose files of an instance: the project's own, or the rendered `docker-compose.core.yml` of a project
 * that has only `container` in its settings. With `dryRun` that one is written to a temporary folder, until `release`.
 *
 * @throws {CspaceError} `CSPACE_NO_SERVICES` when there is neither.
 */
export async function readStackFiles(
  machine: Machine,
  project: Project,
  options: { readonly project: string; readonly instance: string; readonly dryRun: boolean },
): Promise<StackFiles> {
  const { container } = project.settings;
  const nothing = async (): Promise<void> => undefined;
  if (container === undefined) {
    if (project.composeFiles.length > 0) return { files: project.composeFiles, release: nothing };
    throw new CspaceError("CSPACE_NO_SERVICES", `${project.directory} has no compose file`, {
      hint: 'write a compose.yaml, or "container" in .cspace.json',
    });
  }
  const folder = instanceFolder(machine.paths, options);
  const path = join(folder, "docker-compose.core.yml");
  const text = renderCore(container, project.directory);
  const own = project.settings.compose === undefined ? [] : project.composeFiles;
  if ((await readOrMissing(path)) === text) return { files: [...own, path], release: nothing };
  if (options.dryRun) {
    const temporary = await mkdtemp(join(tmpdir(), "cspace-"));
    const file = join(temporary, "docker-compose.core.yml");
    await writeFile(file, text, { mode: 0o600 });
    return { files: [...own, file], release: () => rm(temporary, { recursive: true, force: true }) };
  }
  await makeFolder(folder);
  await writeFileAtomic(path, text, { mode: 0o600 });
  return { files: [...own, path], release: nothing };
}

async function readOrMissing(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
