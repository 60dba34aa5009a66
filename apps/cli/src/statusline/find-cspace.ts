import { constants } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { namesCspace, quoteWord } from "./statusline-command.ts";

/** Options of {@link findCspace}. */
export interface FindCspaceOptions {
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** The Node that runs. @default process.execPath */
  readonly node?: string;
  /** The script that it runs. @default process.argv[1] */
  readonly script?: string;
}

/** How this very cspace is called again. */
export interface CspaceCall {
  /** For a POSIX shell: `cspace` where that is this program, else absolute. */
  readonly program: string;
  /** The same, word by word, for who calls it without a shell. */
  readonly words: readonly string[];
  /** Whether it runs from a folder that a package manager clears, as with npx. */
  readonly passing: boolean;
}

/**
 * Finds how another program calls this cspace later. Folders that are on `PATH` for this run or this shell alone do not
 * count: those of npx, of npm's scripts, and of fnm.
 */
export async function findCspace(options: FindCspaceOptions = {}): Promise<CspaceCall> {
  const { env = process.env, node = process.execPath, script = process.argv[1] ?? "cspace" } = options;
  const passing = /[\\/](_npx|dlx(-[^\\/]*)?|bunx-[^\\/]*)[\\/]/.test(script);
  if (await isFirst("cspace", script, env)) return { program: "cspace", words: ["cspace"], passing: false };
  // A versioned folder goes with an update; what is on PATH stays.
  const stable = await findOnPath("node", env);
  const runner = stable !== undefined && (isShim(stable) || (await same(stable, node))) ? stable : node;
  const named = namesCspace(script) && !isOfThisShell(script) ? script : await realpath(script);
  return { program: `${quoteWord(runner)} ${quoteWord(named)}`, words: [runner, named], passing };
}

async function isFirst(name: string, script: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const found = await findOnPath(name, env);
  return found !== undefined && (await same(found, script));
}

async function same(one: string, other: string): Promise<boolean> {
  try {
    return (await realpath(one)) === (await realpath(other));
  } catch {
    return false;
  }
}

async function findOnPath(name: string, { PATH = "" }: NodeJS.ProcessEnv): Promise<string | undefined> {
  const folders = PATH.split(delimiter).filter((folder) => isAbsolute(folder) && !isForThisRun(folder));
  for (const folder of folders) {
    const file = join(folder, name);
    if (await isProgram(file)) return file;
  }
  return undefined;
}

function isForThisRun(path: string): boolean {
  return /[\\/](_npx|node_modules[\\/]\.bin|dlx(-[^\\/]*)?|bunx-[^\\/]*)([\\/]|$)/.test(path) || isOfThisShell(path);
}

/** fnm gives each shell a folder of links, and clears those of shells that have ended. */
function isOfThisShell(path: string): boolean {
  return /[\\/]fnm_multishells[\\/]/.test(path);
}

/** Whether a program is what a version manager puts before the one that it chooses, and so outlives every version. */
function isShim(file: string): boolean {
  return /[\\/](shims|\.volta[\\/]bin)[\\/][^\\/]+$/.test(file);
}

/** What cannot be looked at is not what a shell would run. */
async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
