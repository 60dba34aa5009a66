import { readFile } from "node:fs/promises";
import { writeFileAtomic } from "@cspace/plan";
import { findComposePlugin } from "../engine/find-compose-plugin.ts";
import { userHome } from "../home/user-home.ts";
import {
  type ComposeModel,
  composeArguments,
  type ReadComposeModelOptions,
  readComposeModel,
} from "./compose-model.ts";
import { findModelFiles } from "./find-model-files.ts";
import { type ModelCircumstances, modelFingerprint } from "./model-fingerprint.ts";

/** Options of {@link readKeptModel}. */
export interface ReadKeptModelOptions extends ReadComposeModelOptions {
  /** Where a model is kept. It holds the values of variables, secrets among them. */
  readonly path: string;
  /** The environment that Compose runs in, beside `env`. */
  readonly environment: NodeJS.ProcessEnv;
}

/** A model, and where it comes from. */
export interface KeptModel {
  readonly model: ComposeModel;
  /** Whether Compose had to be asked. */
  readonly asked: boolean;
  /** What it was the last time; `undefined` where nothing was kept. */
  readonly before: ComposeModel | undefined;
  /** Keeps it for the next time, unless something that it was made from has changed meanwhile. It never fails. */
  readonly keep: () => Promise<void>;
}

/** What is kept. */
interface Kept {
  readonly files: readonly string[];
  readonly fingerprint: string;
  readonly warnings: readonly string[];
  readonly model: ComposeModel;
}

/**
 * Gives the model that Compose made the last time, warnings included, where nothing has changed that it was made from:
 * Compose itself, its arguments, each file that it read or looked for, the variables that these mention. Else, and
 * wherever that cannot be told for certain, Compose is asked.
 *
 * @throws {CspaceError} as {@link readComposeModel}.
 */
export async function readKeptModel(options: ReadKeptModelOptions): Promise<KeptModel> {
  const { path, directory, files, onWarning } = options;
  const circumstances = circumstancesOf(options);
  const kept = circumstances === undefined ? undefined : await readKept(path);
  if (circumstances !== undefined && kept !== undefined) {
    if ((await tryFingerprint(kept.files, circumstances)) === kept.fingerprint) {
      for (const warning of kept.warnings) onWarning?.(warning);
      return { model: kept.model, before: kept.model, asked: false, keep: async () => undefined };
    }
  }
  // Before Compose reads anything, so that what changes from now on is seen as a change.
  const sources = circumstances && (await findModelFiles({ directory, files }).catch(() => undefined));
  const before = circumstances && sources && (await tryFingerprint(sources, circumstances));
  const warnings: string[] = [];
  const tell = (warning: string): void => {
    warnings.push(warning);
    onWarning?.(warning);
  };
  const model = await readComposeModel({ ...options, onWarning: tell });
  const keep = async (): Promise<void> => {
    if (circumstances === undefined || sources === undefined || before === undefined) return;
    if ((await tryFingerprint(sources, circumstances)) !== before) return;
    const made: Kept = { files: sources, fingerprint: before, warnings, model };
    await writeFileAtomic(path, JSON.stringify(made), { mode: 0o600 }).catch(() => undefined);
  };
  return { model, before: kept?.model, asked: true, keep };
}

/** `undefined` where the environment names files of its own, or where Compose's program is not known. */
function circumstancesOf(options: ReadKeptModelOptions): ModelCircumstances | undefined {
  const environment = { ...options.environment, ...options.env };
  const program = environment.COMPOSE_ENV_FILES ? undefined : findComposePlugin(environment, userHome() ?? "/");
  return program === undefined ? undefined : { program, args: composeArguments(options), environment };
}

async function tryFingerprint(
  files: readonly string[],
  circumstances: ModelCircumstances,
): Promise<string | undefined> {
  return await modelFingerprint(files, circumstances).catch(() => undefined);
}

/** What is kept, if it is whole. */
async function readKept(path: string): Promise<Kept | undefined> {
  try {
    const kept: Partial<Kept> | null = JSON.parse(await readFile(path, "utf8"));
    const whole = typeof kept?.fingerprint === "string" && Array.isArray(kept.files) && Array.isArray(kept.warnings);
    return whole && typeof kept.model?.services === "object" ? (kept as Kept) : undefined;
  } catch {
    return undefined;
  }
}
