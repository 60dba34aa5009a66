import { hasCatchAll, removeCatchAll } from "@cspace/compose";
import { findDaemon } from "@cspace/daemon";
import type { Machine } from "../machine/open-engine.ts";
import type { Context } from "../options.ts";

/** Lets Traefik answer unknown names by itself again when the daemon that it hands them to was killed. */
export async function dropStaleFront(context: Context, { engine, paths }: Machine): Promise<void> {
  if (!(await hasCatchAll(paths))) return;
  if ((await findDaemon(context)) === undefined) await removeCatchAll(engine, paths);
}
