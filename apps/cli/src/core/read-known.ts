import {
  homePaths,
  listInstances,
  type RecordedInstance,
  readMachineConfig,
  readRecordedInstances,
} from "@cspace/compose";
import { type CspaceError, isCspaceError } from "@cspace/errors";
import type { Context } from "../context.ts";
import { exitCodeOf, exitCodes } from "../exit-code.ts";
import type { EvidenceOptions } from "./describe-instance.ts";
import { answerMs, openReader } from "./open-reader.ts";
import { readEvidence } from "./read-evidence.ts";

/** The instances of a project as far as they are known, and what their URLs are decided from. */
export interface Known {
  readonly instances: readonly RecordedInstance[];
  readonly evidence: EvidenceOptions;
  /** Why the engine could not be asked, so that nobody knows what runs and on which ports; `null` when it was. */
  readonly silence: CspaceError | null;
}

/**
 * Asks the engine for the instances of a project, and where it does not answer, takes those that were started from this
 * home: the proxy may serve them all the same, and its own word proves it.
 *
 * @throws {CspaceError} the engine's error where nothing is known without it.
 */
export async function readKnown(context: Context, project: string): Promise<Known> {
  const { env, platform } = context;
  const end = performance.now() + answerMs;
  const paths = homePaths({ env });
  const rest = (): number => Math.max(1, end - performance.now());
  try {
    const reader = await openReader(context);
    const [instances, evidence] = await Promise.all([
      listInstances({ engine: reader.engine, project }),
      readEvidence(context, reader),
    ]);
    return { instances, evidence: { ...evidence, timeoutMs: rest() }, silence: null };
  } catch (error) {
    if (!isCspaceError(error) || exitCodeOf(error.code) !== exitCodes.engine) throw error;
    const [instances, { domains, httpPort }] = await Promise.all([
      readRecordedInstances(paths, project),
      readMachineConfig(paths),
    ]);
    if (instances.length === 0) throw error;
    return {
      instances,
      evidence: { proxyPort: httpPort ?? 80, domains, platform, timeoutMs: rest() },
      silence: error,
    };
  }
}
