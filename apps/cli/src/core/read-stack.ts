import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { instanceFolder, makeFolder, renderCore } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import { writeFileAtomic } from "@cspace/plan";
import type { Project } from "@cspace/project";
import type { CliErrorCode } from "../errors.ts";
import type { Machine } from "./open-engine.ts";

/**
 * Gives the compose files of an instance: the project's own, or the rendered `docker-compose.core.yml` of a project
 * that has only `container` in its settings.
 *
 * @throws {CspaceError} `CSPACE_NO_SERVICES` when there is neither.
 */
export async function readStackFiles(
  machine: Machine,
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
  const folder = instanceFolder(machine.paths, names);
  const path = join(folder, "docker-compose.core.yml");
  const text = renderCore(container, project.directory);
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
