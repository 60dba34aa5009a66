import { posix } from "node:path";
import type Docker from "dockerode";
import { orMissing } from "./or-missing.ts";

/**
 * Reads a file of an image by way of a container that is never started, so that the image needs no shell.
 *
 * @see https://docs.docker.com/reference/api/engine/version/v1.50/#tag/Container/operation/ContainerArchive
 */
export async function readImageFile(
  docker: Docker,
  image: string,
  paths: readonly string[],
): Promise<string | undefined> {
  // An image without a command needs one, though it is not run.
  const container = await docker.createContainer({
    Image: image,
    Cmd: ["/"],
    NetworkDisabled: true,
    Labels: { "cspace.reads": "roots" },
  });
  try {
    for (const path of paths) {
      const text = await readFollowed(container, path);
      if (text !== undefined) return text;
    }
    return undefined;
  } finally {
    await container.remove({ force: true, v: true });
  }
}

async function readFollowed(container: Docker.Container, path: string): Promise<string | undefined> {
  const seen = new Set<string>();
  for (let at = path; !seen.has(at); ) {
    seen.add(at);
    const archive = await orMissing(container.getArchive({ path: at }));
    if (archive === undefined) return undefined;
    const found = await readEntry(archive);
    if (typeof found === "string" || found === undefined) return found;
    at = posix.resolve(posix.dirname(at), found.linkname);
  }
  return undefined;
}

/** What the first entry of an archive holds, or leads to; `undefined` for what is neither a file nor a link. */
async function readEntry(archive: NodeJS.ReadableStream): Promise<string | { readonly linkname: string } | undefined> {
  const { extract } = await import("tar-stream");
  const entries = archive.pipe(extract());
  for await (const entry of entries) {
    const { type, linkname } = entry.header;
    if (type === "symlink" && linkname != null) return { linkname };
    if (type !== "file") return undefined;
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString("utf8");
  }
  return undefined;
}
