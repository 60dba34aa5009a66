import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readOr } from "./error-code.ts";

/** The scripts of the `package.json` in a directory; none where there is no such file, or it is not JSON. */
export async function readScripts(directory: string): Promise<Readonly<Record<string, string>>> {
  const text = await readOr("", ["ENOENT", "ENOTDIR"], () => readFile(join(directory, "package.json"), "utf8"));
  const manifest = parseObject(text.replace(/^\uFEFF/, ""));
  const scripts = Object.entries(asObject(manifest.scripts));
  return Object.fromEntries(scripts.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
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
