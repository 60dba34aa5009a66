import { extname } from "node:path";
import { type ChangedFile, findLastChanged, listSources } from "@cspace/project";

/**
 * What no server serves or runs by: its change is no change of what answers. Tests, what is written for people, and what is
 * there for editors, agents, services and cspace itself: nothing with a dot before its name but `.env` and its kind.
 */
const beside =
  /(?:^|\/)(?:\.[^/]+\/|(?:__tests__|tests?|e2e|spec)\/)|\.(?:test|spec)\.[^/]+$|(?:^|\/)(?:\.(?!env)[^/]*|(?:docker-)?compose[^/]*\.ya?ml|Dockerfile[^/]*|LICEN[CS]E[^/]*)$/;

/** Whether a server may serve a file, or run by it. */
export function isServed(path: string): boolean {
  return !beside.test(path) && ![".md", ".mdx"].includes(extname(path));
}

/**
 * The file of a directory that was changed last, after a moment, and may be served; `null` where none was.
 *
 * @param since In milliseconds since 1970.
 * @param isMeant Of the paths relative to the directory, which count. @default those that may be served
 */
export async function findChange(
  directory: string,
  since: number,
  isMeant: (path: string) => boolean = isServed,
): Promise<ChangedFile | null> {
  const paths = (await listSources(directory)).filter(isMeant);
  const last = await findLastChanged(directory, paths);
  return last !== null && last.at > since ? last : null;
}
