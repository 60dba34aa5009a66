import { readFile, stat } from "node:fs/promises";
import type { RunCommand } from "@cspace/plan";

/** What a program prints; nothing where there is no such program, or none that this user may run. */
export async function outputOf(
  run: RunCommand,
  file: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string> {
  try {
    return (await run(file, args, { timeoutMs: 5000, signal })).stdout;
  } catch (error) {
    if (["ENOENT", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    throw error;
  }
}

/** Whether something stands at a path that this user may see. */
export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

/** The text of a file; nothing where there is none, or none that this user may read. */
export async function readOrNothing(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (["ENOENT", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    throw error;
  }
}
