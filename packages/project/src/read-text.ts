import { readFile, stat } from "node:fs/promises";
import { isMissing } from "./is-missing.ts";

/** The text of a file (UTF-8), or null when it is not there; every other failure is thrown as it is. */
export async function readText(path: string): Promise<string | null> {
  try {
    // A pipe may never end.
    if ((await stat(path)).isFIFO()) throw new Error(`${path} is a pipe`);
    return await readFile(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
