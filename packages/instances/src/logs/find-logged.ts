import { homePaths, type InstanceRecord, isEngineError, readRecords } from "@cspace/compose";
import type { DaemonErrorCode } from "@cspace/daemon";
import { type CspaceError, isCspaceError } from "@cspace/errors";
import { ownInstances } from "../choose/own-instances.ts";
import { pickInstance } from "../choose/pick-instance.ts";
import { readScope } from "../choose/read-scope.ts";
import { findKnown } from "../describe/find-known.ts";
import type { MachineInstance } from "../describe/merge-instances.ts";
import type { InstancesErrorCode } from "../instances-error-code.ts";
import type { Context } from "../options.ts";
import { readLoggedLabels } from "./process-logs.ts";

/** An instance, as far as what it wrote goes. */
export interface LoggedInstance
  extends Pick<MachineInstance, "project" | "instance" | "routes" | "services" | "containers"> {
  /** The labels of its processes that have a log. */
  readonly logged: readonly string[];
  /** Why the engine could not be asked; `null` when it was, or need not be. */
  readonly silence: CspaceError | null;
}

/**
 * Finds the instance whose logs are asked for: one that is known, else one that ran from this home and whose processes
 * have left a log, for that is read without anybody who runs.
 */
export async function findLogged(context: Context): Promise<LoggedInstance> {
  try {
    const { known, instance } = await findKnown(context);
    return { ...instance, logged: await readLoggedLabels(context, instance), silence: known.silence };
  } catch (error) {
    if (!isCspaceError(error) || !mayHaveEnded(error)) throw error;
    const scope = await readScope(context);
    const ended = await ownInstances(context, scope, await readEnded(context, scope.projectSlug));
    if (ended.length === 0) throw error;
    try {
      return pickInstance(ended, { scope, name: context.instance });
    } catch (other) {
      // What has ended is no hint for who names an instance that there is not.
      throw isCspaceError(other) && is(other, "CSPACE_INSTANCE_UNKNOWN") ? error : other;
    }
  }
}

const is = ({ code }: CspaceError, wanted: InstancesErrorCode | DaemonErrorCode): boolean => code === wanted;

function mayHaveEnded(error: CspaceError): boolean {
  if (is(error, "CSPACE_INSTANCE_UNKNOWN") || is(error, "CSPACE_DAEMON_SILENT")) return true;
  return isEngineError(error);
}

async function readEnded(context: Context, project: string): Promise<(InstanceRecord & LoggedInstance)[]> {
  const records = await readRecords(homePaths({ env: context.env }), project);
  const all = await Promise.all(
    records.map(async (record) => ({ record, logged: await readLoggedLabels(context, record) })),
  );
  const nothing = { routes: [], services: [], containers: [], silence: null };
  return all.flatMap(({ record, logged }) => (logged.length === 0 ? [] : [{ ...record, ...nothing, logged }]));
}
