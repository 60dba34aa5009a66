import { hasCatchAll, removeCatchAll } from "@cspace/compose";
import type { Context } from "../context.ts";
import type { Machine } from "./open-engine.ts";

/** Lets Traefik answer unknown names by itself again when the daemon that it hands them to was killed. */
export async function dropStaleFront(context: Context, { engine, paths }: Machine): Promise<void> {
  if (!(await hasCatchAll(paths))) return;
  const { findDaemon } = await import("../daemon/open-daemon.ts");
  if ((await findDaemon(context)) === undefined) await removeCatchAll(engine, paths);
}
