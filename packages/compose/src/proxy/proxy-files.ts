import { chmod } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeFileAtomic } from "@cspace/plan";
import type { HomePaths } from "../home/home-paths.ts";
import { readText } from "../home/read-text.ts";
import { isSealed } from "../home/seal.ts";
import { makeFolder } from "../home/with-lock.ts";
import { type ProxyStack, renderProxy } from "./render-proxy.ts";

/** Whether the files on disk are those of the stack: neither older, nor edited, nor cut off. */
export async function hasProxyFiles(paths: HomePaths, stack: ProxyStack): Promise<boolean> {
  const checks = Object.entries(stack.sources).map(async ([name, source]) =>
    isSealed(await readText(join(paths.proxy, name)), source),
  );
  return (await Promise.all(checks)).every((whole) => whole);
}

/**
 * Writes the stack's files, atomically. The folders that are mounted let everyone in, since CoreDNS's image runs as a
 * user of its own (65532); the home above them lets in nobody else.
 *
 * @see https://github.com/coredns/coredns/blob/v1.15.0/Dockerfile (USER nonroot)
 */
export async function writeProxyFiles(paths: HomePaths, stack: ProxyStack, domains: readonly string[]): Promise<void> {
  await makeMountedFolder(join(paths.proxy, "dynamic"));
  // Else the engine would make it, as root. Traefik's image runs as root, and nobody else may enter it.
  await makeFolder(join(paths.certs, "served"));
  for (const [name, text] of Object.entries(await renderProxy(stack, domains))) {
    const path = join(paths.proxy, name);
    if (dirname(name) !== ".") await makeMountedFolder(dirname(path));
    await writeFileAtomic(path, text, { mode: 0o644 });
  }
}

/** As `makeFolder`, for all to enter, whatever the umask. */
async function makeMountedFolder(path: string): Promise<void> {
  await makeFolder(path);
  await chmod(path, 0o755);
}
