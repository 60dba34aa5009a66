import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type HomePaths, homePaths, makeFolder } from "@cspace/compose";
import { findDaemon } from "@cspace/daemon";
import { openHost } from "../machine/open-host.ts";
import { createContext, type InstanceOptions } from "../options.ts";
import { findGone } from "./find-gone.ts";

/** How often it is looked at most, in milliseconds. */
const dayMs = 86_400_000;

/**
 * Says in one sentence that something is left of instances whose directory is gone, at most once a day; `undefined` otherwise, and
 * when that cannot be told.
 */
export async function mentionGarbage(options: InstanceOptions = {}): Promise<string | undefined> {
  const context = createContext(options);
  const paths = homePaths({ env: context.env });
  try {
    if (!(await isDue(paths))) return undefined;
    const [host, daemon] = await Promise.all([openHost(context), findDaemon(context)]);
    const gone = await findGone(host, daemon?.status.instances ?? []);
    if (gone.length === 0) return undefined;
    const names = gone.map(({ record }) => `${record.instance} of ${record.project}`);
    const shown = names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
    const sentence = `left of directories that are gone: ${shown}; see what, and remove it: cspace gc`;
    await writeFile(lookedPath(paths), sentence);
    return sentence;
  } catch {
    // It is no part of what was asked for.
    return undefined;
  }
}

/** Where it is kept when it was last looked, and what was said. */
const lookedPath = ({ run }: HomePaths): string => join(run, "gc-looked");

/** Whether it was looked so long ago; from then on it was. */
async function isDue(paths: HomePaths): Promise<boolean> {
  const before = await stat(lookedPath(paths)).catch(() => undefined);
  if (before !== undefined && Date.now() - before.mtimeMs < dayMs) return false;
  await makeFolder(paths.run);
  await writeFile(lookedPath(paths), "", { mode: 0o600 });
  return true;
}

/** How long it goes on being said where a line is shown again and again, in milliseconds. */
const saidMs = 60_000;

/** What was said lately, for a line that is shown again and again; nobody is asked. */
export async function readMention(paths: HomePaths): Promise<string | undefined> {
  try {
    const { mtimeMs } = await stat(lookedPath(paths));
    if (Date.now() - mtimeMs > saidMs) return undefined;
    return (await readFile(lookedPath(paths), "utf8")) || undefined;
  } catch {
    return undefined;
  }
}
