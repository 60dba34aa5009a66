import { constants } from "node:fs";
import { access, readFile, realpath } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { readMachineConfig } from "@cspace/compose";
import type { HomeEvidence, ProgramsEvidence } from "@cspace/doctor";
import { failureOf, nearestFolder, type Reading, readFreeBytes } from "./reading.ts";

/** cspace's own files, and the room there is for more. */
export async function readHome({ paths }: Reading): Promise<HomeEvidence> {
  const path = paths.home;
  const nearest = nearestFolder(path);
  const freeBytes = await readFreeBytes(nearest);
  try {
    await access(nearest, constants.W_OK | constants.R_OK | constants.X_OK);
    await readMachineConfig(paths);
    return { path, failure: null, freeBytes };
  } catch (error) {
    const denied =
      (error as NodeJS.ErrnoException).code === "EACCES" || (error as NodeJS.ErrnoException).code === "EROFS";
    const failure = denied
      ? {
          code: "CSPACE_HOME_UNWRITABLE",
          message: `${nearest} cannot be used: ${(error as Error).message}`,
          hint: `make it yours: sudo chown -R "$USER" ${nearest}`,
        }
      : failureOf(error);
    return { path, failure, freeBytes };
  }
}

/** The programs of this name on `PATH`, and what their packages say of themselves. */
export async function readPrograms({ context }: Reading, version: string): Promise<ProgramsEvidence> {
  const folders = (context.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const found = await Promise.all(
    folders.map(async (folder) => await realpath(join(folder, "cspace")).catch(() => undefined)),
  );
  const paths = [...new Set(found.filter((path) => path !== undefined))];
  return { version, onPath: await Promise.all(paths.map(async (path) => ({ path, version: await versionOf(path) }))) };
}

async function versionOf(program: string): Promise<string | null> {
  for (const folder of [dirname(program), dirname(dirname(program))]) {
    const text = await readFile(join(folder, "package.json"), "utf8").catch(() => undefined);
    if (text === undefined) continue;
    try {
      const { name, version } = JSON.parse(text) as { name?: unknown; version?: unknown };
      if (name === "@cspace/cli" && typeof version === "string") return version;
    } catch {
      // What is no package's is nobody's.
    }
  }
  return null;
}
