import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { findWorkspaceMembers, readManifest } from "@cspace/project";
import { readOr } from "./error-code.ts";
import { parseShellLine } from "./parse-shell-line.ts";
import type { CallableScripts } from "./read-script-call.ts";
import { readTargetFolders, type WorkspacePackage } from "./read-target.ts";

/** Words with which a command may go to another package. */
const elsewhere = /^(?:-w|-C|-F|workspace|turbo)$|^--(?:workspace|prefix|dir|cwd|filter)(?:=|$)/;

/**
 * The scripts that a command may call in a directory: those of its `package.json`, and the tasks of its `deno.json`, which go
 * before them; where the command or one of them goes to other packages, those of its workspace as well. None where there
 * is no such file, or it cannot be read as what it is to be.
 */
export async function readScripts(directory: string, command: string): Promise<CallableScripts> {
  const scripts = await readOwnScripts(directory);
  const words = [command, ...Object.values(scripts)].flatMap((line) =>
    (parseShellLine(line) ?? []).flat().map(({ text }) => text),
  );
  if (!words.some((word) => elsewhere.test(word))) return { scripts };
  const folders = readTargetFolders(words).map((folder) => resolve(directory, folder));
  const members = await findMembers(directory);
  const packages = [...new Set([...members, ...folders])].map(async (folder): Promise<WorkspacePackage> => {
    const { name } = await readManifest(folder);
    return {
      name: typeof name === "string" ? name : "",
      folder: relative(directory, folder).replaceAll(sep, "/"),
      scripts: await readOwnScripts(folder),
    };
  });
  return { scripts, packages: await Promise.all(packages) };
}

async function readOwnScripts(directory: string): Promise<Readonly<Record<string, string>>> {
  const [{ scripts }, tasks] = await Promise.all([readManifest(directory), readTasks(directory)]);
  const all = [...Object.entries(scripts ?? {}), ...tasks];
  return Object.fromEntries(all.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

async function readTasks(directory: string): Promise<readonly (readonly [string, unknown])[]> {
  const text = await readOr("", ["ENOENT", "ENOTDIR"], () => readFile(join(directory, "deno.json"), "utf8"));
  return Object.entries(asObject(parseObject(text.replace(/^\uFEFF/, "")).tasks)).map(
    ([name, task]) => [name, asObject(task).command ?? task] as const,
  );
}

/** The packages of the workspace that a directory is in. */
async function findMembers(directory: string): Promise<readonly string[]> {
  const found = await findWorkspaceMembers(directory);
  const parent = dirname(directory);
  return found.length > 0 || parent === directory ? found : await findMembers(parent);
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return asObject(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? { ...value } : {};
