import { readText } from "./read-text.ts";

/** A top-level `name:` on a line of its own, as nearly all are written; one that is interpolated is none. */
const nameLine =
  /^name:[ \t]+(?:"([a-z0-9][a-z0-9_-]*)"|'([a-z0-9][a-z0-9_-]*)'|([a-z0-9][a-z0-9_-]*))[ \t]*(?:#.*)?\r?$/gm;

/**
 * The project's name in compose files, where it is a plain one; that of the last file, as Compose takes it.
 *
 * @see https://docs.docker.com/reference/compose-file/version-and-name/
 */
export async function readComposeName(files: readonly string[]): Promise<string | undefined> {
  const texts = await Promise.all(files.map((file) => readText(file).catch(() => null)));
  const found = texts.flatMap((text) => [...(text ?? "").matchAll(nameLine)]).at(-1);
  return found?.[1] ?? found?.[2] ?? found?.[3];
}
