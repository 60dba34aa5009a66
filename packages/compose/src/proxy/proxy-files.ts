import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeFileAtomic } from "@cspace/plan";
import type { HomePaths } from "../home/home-paths.ts";
import { isSealed } from "../home/seal.ts";
import { makeFolder } from "../home/with-lock.ts";
import { type ProxyStack, renderProxy } from "./render-proxy.ts";

/** Whether the files on disk are those of the stack: neither older, nor edited, nor cut off. */
export async function hasProxyFiles(paths: HomePaths, stack: ProxyStack): Promise<boolean> {
  const checks = Object.entries(stack.sources).map(async ([name, source]) =>
    isSealed(await readOrMissing(join(paths.proxy, name)), source),
  );
  return (await Promise.all(checks)).every((whole) => whole);
}

/** Writes the stack's files, atomically. */
export async function writeProxyFiles(paths: HomePaths, stack: ProxyStack, domains: readonly string[]): Promise<void> {
  await makeFolder(join(paths.proxy, "dynamic"));
  for (const [name, text] of Object.entries(await renderProxy(stack, domains))) {
    const path = join(paths.proxy, name);
    await makeFolder(dirname(path));
    await writeFileAtomic(path, text, { mode: 0o644 });
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
