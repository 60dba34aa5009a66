import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { composeFileNames, composeOverrideNames } from "./compose-file-names.ts";
import { kindOf } from "./kind-of.ts";
import { readText } from "./read-text.ts";
import type { Settings } from "./settings.ts";

/** The facts that {@link findComposeFiles} depends on beside the directory. */
export interface FindComposeFilesOptions {
  readonly settings: Settings;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
}

/**
 * The compose files of a directory, absolute, in the order Compose merges them: those of the settings; else those of
 * `COMPOSE_FILE`, from the environment or the directory's `.env`; else the standard file and its override.
 *
 * Source: https://docs.docker.com/compose/how-tos/environment-variables/envvars/
 */
export async function findComposeFiles(
  directory: string,
  { settings, env, platform }: FindComposeFilesOptions,
): Promise<string[]> {
  const absolute = (names: readonly string[]): string[] => names.map((name) => resolve(directory, name));
  if (settings.compose !== undefined) return absolute(settings.compose);

  const fromFile = await readEnvFile(resolve(directory, ".env"));
  const list = env.COMPOSE_FILE ?? fromFile.COMPOSE_FILE ?? "";
  const separator = env.COMPOSE_PATH_SEPARATOR || fromFile.COMPOSE_PATH_SEPARATOR || defaultSeparator(platform);
  if (list !== "") return absolute(list.split(separator).filter((name) => name !== ""));

  const standard = await firstFile(absolute(composeFileNames));
  if (standard === undefined) return [];
  const override = await firstFile(absolute(composeOverrideNames));
  return override === undefined ? [standard] : [standard, override];
}

/** A directory of that name is somebody's virtual environment, and none of Compose's. */
async function readEnvFile(path: string): Promise<Readonly<Record<string, string | undefined>>> {
  return (await kindOf(path)) === "file" ? parseEnv((await readText(path)) ?? "") : {};
}

function defaultSeparator(platform: string): string {
  return platform === "win32" ? ";" : ":";
}

async function firstFile(paths: readonly string[]): Promise<string | undefined> {
  const kinds = await Promise.all(paths.map(kindOf));
  return paths.find((_, index) => kinds[index] === "file");
}
