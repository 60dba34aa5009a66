import { stat } from "node:fs/promises";
import { isMissing } from "./is-missing.ts";

/** What is at a path, links followed; every failure but a missing path is thrown as it is. */
export async function kindOf(path: string): Promise<"file" | "directory" | "missing"> {
  try {
    return (await stat(path)).isDirectory() ? "directory" : "file";
  } catch (error) {
    if (isMissing(error)) return "missing";
    throw error;
  }
}
