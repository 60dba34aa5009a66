import type { InstanceRecord } from "@cspace/compose";
import type { Context } from "../context.ts";
import { readHeld } from "../daemon/read-held.ts";

/** Ends the processes of an instance whose settings do not name any, any more. */
export async function endLeftProcesses(context: Context, { project, instance }: InstanceRecord): Promise<void> {
  const held = await readHeld(context, 500).catch(() => []);
  const own = held.find(({ record }) => record.project === project && record.instance === instance);
  if (own === undefined || own.routes.every(({ leased }) => leased)) return;
  const { findDaemon } = await import("../daemon/open-daemon.ts");
  await (await findDaemon(context))?.client.stop({ project, instance });
}
