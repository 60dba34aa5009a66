import type { Instance } from "../documents.ts";
import { createContext, type InstanceOptions } from "../options.ts";
import { describeListed } from "./describe-listed.ts";
import { findKnown } from "./find-known.ts";

/**
 * Describes one instance as it is now, each route with the URL that is right now.
 *
 * @throws {CspaceError} `CSPACE_INSTANCE_UNKNOWN`, `CSPACE_INSTANCE_AMBIGUOUS`; the engine's error where it alone could
 * tell.
 * @example
 * ```ts
 * const { routes } = await describeInstance({ instance: "mercury" });
 * ```
 */
export async function describeInstance(options: InstanceOptions = {}): Promise<Instance> {
  const { known, instance } = await findKnown(createContext(options));
  if (known.silence !== null) throw known.silence;
  return await describeListed(instance, known.evidence);
}
