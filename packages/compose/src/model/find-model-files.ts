import { dirname, join, resolve } from "node:path";
import { readText } from "../home/read-text.ts";
import { readReferences } from "./read-references.ts";

/** What Compose reads a project from. */
export interface ModelSource {
  /** The project's directory, which all paths of the files are relative to. */
  readonly directory: string;
  /** The user's compose files, absolute. */
  readonly files: readonly string[];
}

/** A compose file that is to be looked at, and the folders that its paths may be relative to. */
interface Visit {
  readonly path: string;
  readonly bases: readonly string[];
}

/**
 * The files that Compose may read to make its model: the compose files, what these include and extend, and all files of
 * variables, whether they exist or not. A path counts against every folder that it may be relative to, so that rather
 * too many files are named than one too few.
 *
 * @returns `undefined` where that cannot be told from the files alone: a path that is interpolated, a remote file.
 * @throws the system's or the parser's error, for a file that cannot be read.
 * @see https://docs.docker.com/reference/compose-file/include/
 * @see https://docs.docker.com/reference/compose-file/services/#extends
 * @example
 * ```ts
 * await findModelFiles({ directory: "/shop", files: ["/shop/compose.yaml"] });
 * //=> ["/shop/.env", "/shop/compose.yaml", "/shop/database/.env", "/shop/database/compose.yaml"]
 * ```
 */
export async function findModelFiles({ directory, files }: ModelSource): Promise<readonly string[] | undefined> {
  const found = new Set([join(directory, ".env")]);
  const seen = new Set<string>();
  const waiting: Visit[] = files.map((path) => visit(path, [directory]));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path, bases } = next;
    const key = [path, ...bases].join("\0");
    if (seen.has(key)) continue;
    seen.add(key);
    found.add(path);
    const text = await readText(path);
    if (text === undefined) continue;
    const references = await readReferences(text);
    if (references === undefined) return undefined;
    const places = (name: string): string[] => bases.map((base) => resolve(base, name));
    for (const reference of references) {
      const paths = places(reference.path);
      if (reference.kind === "variables") for (const one of paths) found.add(one);
      else {
        const folders = reference.kind === "included" ? places(reference.directory) : bases;
        if (reference.kind === "included") for (const folder of folders) found.add(join(folder, ".env"));
        waiting.push(...paths.map((one) => visit(one, folders)));
        // One that is not there may be remote.
        if ((await Promise.all(paths.map(readText))).every((one) => one === undefined)) return undefined;
      }
    }
  }
  return [...found].sort();
}

function visit(path: string, folders: readonly string[]): Visit {
  return { path, bases: [...new Set([dirname(path), ...folders])].sort() };
}
