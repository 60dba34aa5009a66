import { realpath } from "node:fs/promises";
import { isMissing } from "./is-missing.ts";

/** The real path of what is there; `null` when nothing is. */
export async function realpathOrNull(path: string): Promise<string | null> {
  try {
    return await realpath(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** The real path of what is there; the path itself when nothing is. */
export async function realpathIfThere(path: string): Promise<string> {
  return (await realpathOrNull(path)) ?? path;
}
