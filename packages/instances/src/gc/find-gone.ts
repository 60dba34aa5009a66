import {
  type EngineContainer,
  type InstanceRecord,
  listContainerInstances,
  listInstanceContainers,
  readAllRecords,
} from "@cspace/compose";
import type { HeldInstance } from "@cspace/daemon";
import { composeProjectName } from "@cspace/hostnames";
import { isThere } from "../choose/ownership.ts";
import { toRecord } from "../choose/to-record.ts";
import type { Host } from "../machine/open-host.ts";
import { findMoved } from "./find-moved.ts";

/** An instance whose directory is gone. */
export interface GoneInstance {
  readonly record: InstanceRecord;
  readonly containers: readonly EngineContainer[];
  /** The labels of its processes that run. */
  readonly processes: readonly string[];
}

/**
 * Finds the instances of this machine whose directory is gone, also those that are down. Whose they are, labels and records
 * tell: one of which they do not tell the directory is none of them, and neither is one whose directory was only moved.
 */
export async function findGone(
  { machine, paths }: Host,
  held: readonly HeldInstance[],
  project?: string,
): Promise<GoneInstance[]> {
  const listed = machine === undefined ? [] : await listContainerInstances({ engine: machine.engine, project });
  const records = machine === undefined ? [] : await readAllRecords(paths);
  const known = new Map<string, InstanceRecord>();
  for (const record of [...records, ...held.map((one) => one.record), ...listed.map(toRecord)]) {
    if (project === undefined || record.project === project) known.set(composeProjectName(record), record);
  }
  const gone = await Promise.all(
    [...known].map(async ([composeProject, record]): Promise<GoneInstance[]> => {
      if (record.directory === "" || (await isThere(record)) || (await findMoved(record)) !== undefined) return [];
      const processes = held.find((one) => composeProjectName(one.record) === composeProject)?.routes ?? [];
      return [
        {
          record,
          containers: machine === undefined ? [] : await listInstanceContainers(machine.engine, composeProject),
          processes: processes.filter(({ leased }) => !leased).map(({ label }) => label),
        },
      ];
    }),
  );
  return gone.flat().sort((a, b) => (composeProjectName(a.record) < composeProjectName(b.record) ? -1 : 1));
}
