import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readOr } from "./error-code.ts";

/**
 * The scripts of the `package.json` in a directory, and the tasks of a `deno.json`, which go before them; none where there
 * is no such file, or it is not JSON.
 */
export async function readScripts(directory: string): Promise<Readonly<Record<string, string>>> {
  const [manifest, deno] = await Promise.all(
    ["package.json", "deno.json"].map((name) => readJson(join(directory, name))),
  );
  const tasks = Object.entries(asObject(deno?.tasks)).map(
    ([name, task]) => [name, asObject(task).command ?? task] as const,
  );
  const all = [...Object.entries(asObject(manifest?.scripts)), ...tasks];
  return Object.fromEntries(all.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

async function readJson(path: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await readOr("", ["ENOENT", "ENOTDIR"], () => readFile(path, "utf8"));
  return parseObject(text.replace(/^\uFEFF/, ""));
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
