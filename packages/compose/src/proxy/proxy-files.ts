import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeFileAtomic } from "@cspace/plan";
import type { HomePaths } from "../home/home-paths.ts";
import { makeFolder } from "../home/with-lock.ts";
import type { ProxyStack } from "./render-proxy.ts";

/** Whether the files on disk are, byte for byte, those of the stack. */
export async function hasProxyFiles(paths: HomePaths, stack: ProxyStack): Promise<boolean> {
  const contents = await Promise.all(Object.keys(stack.files).map((name) => readOrMissing(join(paths.proxy, name))));
  return Object.values(stack.files).every((wanted, index) => contents[index] === wanted);
}

/** Writes the stack's files, atomically, where they differ. */
export async function writeProxyFiles(paths: HomePaths, stack: ProxyStack): Promise<void> {
  await makeFolder(join(paths.proxy, "dynamic"));
  for (const [name, wanted] of Object.entries(stack.files)) {
    const path = join(paths.proxy, name);
    if ((await readOrMissing(path)) === wanted) continue;
    await makeFolder(dirname(path));
    await writeFileAtomic(path, wanted, { mode: 0o644 });
  }
}

async function readOrMissing(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
