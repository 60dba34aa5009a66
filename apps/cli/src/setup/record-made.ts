import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { homePaths, recordMade } from "@cspace/compose";
import type { Plan } from "@cspace/plan";
import type { Context } from "../context.ts";

/** Keeps what a plan of this user's is about to make outside cspace's home, so that it can be taken away again. */
export async function recordPlan({ env }: Pick<Context, "env">, { steps }: Plan): Promise<void> {
  const databases = steps.flatMap(({ kind, path }) => (kind === "nss-new" ? path.replace(/^nss-new:/, "") : []));
  const folders = steps.flatMap(({ kind, path, before, after, needsRoot }) =>
    kind === "directory" && before === null && after !== null && !needsRoot ? path : [],
  );
  const above = databases.flatMap((path) => missingFolders(dirname(path)));
  await recordMade(homePaths({ env }), { databases, folders: [...folders, ...above] });
}

/** The folders that are made on the way to one, the outermost first. */
function missingFolders(folder: string): string[] {
  return existsSync(folder) ? [] : [...missingFolders(dirname(folder)), folder];
}
