import { readFile } from "node:fs/promises";

/** The text of a file (UTF-8); `undefined` when it is not there. Every other failure is thrown as it is. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
