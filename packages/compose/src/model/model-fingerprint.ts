import { realpath, stat } from "node:fs/promises";
import { readText } from "../home/read-text.ts";
import { hashOf } from "../home/seal.ts";

/** Everything that a model is made from, beside the content of files. */
export interface ModelCircumstances {
  /** Compose's own program. */
  readonly program: string;
  /** What it is called with. */
  readonly args: readonly string[];
  /** The whole environment that it is given. */
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * A hash of everything that a model depends on: each file as it is or that it is not there, the program, its arguments,
 * the variables that any of the files mentions, and those that Compose heeds by itself. It changes whenever the model
 * might.
 *
 * @throws the system's error, for a file that is there and cannot be read.
 * @see https://docs.docker.com/compose/how-tos/environment-variables/envvars/
 */
export async function modelFingerprint(
  files: readonly string[],
  { program, args, environment }: ModelCircumstances,
): Promise<string> {
  const [texts, identity] = await Promise.all([Promise.all(files.map(readText)), identityOf(program)]);
  // Windows takes the names of variables for equal whatever their case.
  const fold = (name: string): string => (process.platform === "win32" ? name.toUpperCase() : name);
  const mentioned = new Set(texts.flatMap((text) => text?.match(/[A-Za-z_]\w*/g) ?? []).map(fold));
  const variables = Object.entries(environment)
    .filter(([name]) => heeded.test(name) || mentioned.has(fold(name)))
    .sort();
  return hashOf([identity, args, variables, files.map((path, index) => [path, texts[index] ?? null])]);
}

/** The variables that Compose heeds though no file mentions them. */
const heeded = /^(COMPOSE_|DOCKER_|HOME$|USERPROFILE$)/i;

async function identityOf(program: string): Promise<unknown> {
  const path = await realpath(program);
  const { size, mtimeMs } = await stat(path);
  return [path, size, mtimeMs];
}
