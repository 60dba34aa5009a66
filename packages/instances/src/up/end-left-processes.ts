import { homePaths, type InstanceRecord, unmarkRunning } from "@cspace/compose";
import { findDaemon, readHeld } from "@cspace/daemon";
import type { Context } from "../options.ts";

/** Ends the processes of an instance whose settings do not name any, any more. */
export async function endLeftProcesses(context: Context, { project, instance }: InstanceRecord): Promise<void> {
  const held = await readHeld(context, 500).catch(() => []);
  const own = held.find(({ record }) => record.project === project && record.instance === instance);
  if (own === undefined || own.routes.every(({ leased }) => leased)) return;
  await (await findDaemon(context))?.client.stop({ project, instance });
  await unmarkRunning(homePaths({ env: context.env }), { project, instance });
}
