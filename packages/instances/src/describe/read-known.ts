import {
  connectEngine,
  homePaths,
  isEngineError,
  type ListedInstance,
  listContainerInstances,
  portCandidates,
  type RecordedInstance,
  readMachineConfig,
  readRecordedInstances,
} from "@cspace/compose";
import { type DaemonStatus, findDaemon } from "@cspace/daemon";
import { type CspaceError, isCspaceError } from "@cspace/errors";
import { readSecure } from "../https/read-secure.ts";
import { createLookInside } from "../machine/look-inside.ts";
import { answerMs, openReader } from "../machine/open-reader.ts";
import type { Context } from "../options.ts";
import type { EvidenceOptions } from "./describe-listed.ts";
import { type MachineInstance, mergeInstances } from "./merge-instances.ts";
import { readEvidence } from "./read-evidence.ts";
import { tellAsleep } from "./tell-asleep.ts";

/** The instances of this machine as far as they are known, and what their URLs are decided from. */
export interface Known {
  readonly instances: readonly MachineInstance[];
  readonly evidence: EvidenceOptions;
  /** Why the engine could not be asked, so that nobody knows which containers run and where; `null` when it was. */
  readonly silence: CspaceError | null;
  /** Why the daemon could not be asked, so that nobody knows which processes of the host run; `null` when it was. */
  readonly daemonSilence: CspaceError | null;
}

/** Options of {@link readKnown}. */
export interface ReadKnownOptions {
  /** How long the engine may take, in milliseconds. @default half of the time that there is */
  readonly engineMs?: number;
  /** Whether there may be containers, so that it matters when no engine answers. @default true */
  readonly containers?: boolean;
}

/**
 * Asks the engine and the daemon for the instances of a project, or of all. Where the engine does not answer, those that
 * were started from this home are taken: the proxy may serve them all the same, and its own word proves it. That takes
 * time too, so the engine has half of it, unless the caller can do nothing without.
 *
 * @throws {CspaceError} the engine's error where nothing is known without it.
 */
export async function readKnown(context: Context, project?: string, options: ReadKnownOptions = {}): Promise<Known> {
  const { engineMs = answerMs / 2, containers = true } = options;
  const end = performance.now() + answerMs;
  const rest = (): number => Math.max(answerMs / 4, end - performance.now());
  const [said, docker] = await Promise.all([readDaemon(context), readDocker(context, project, engineMs)]);
  // One that hangs is none: what Docker knows counts all the same.
  const [daemon, daemonSilence] = isCspaceError(said) ? [undefined, said] : [said, null];
  const held = (daemon?.instances ?? []).filter(({ record }) => project === undefined || record.project === project);
  const paths = homePaths({ env: context.env });
  const lookInside = createLookInside(() => connectEngine(context));
  const gatewayPort = daemon?.gateway.httpPort ?? null;
  if (!("silence" in docker)) {
    const { listed, evidence } = docker;
    const isGateway = evidence.proxyPort === null;
    const secure = isGateway ? await readGatewaySecure(context, daemon) : evidence.secure;
    return {
      instances: await tellAsleep(paths, mergeInstances(listed, held)),
      evidence: { ...evidence, proxyPort: evidence.proxyPort ?? gatewayPort, secure, timeoutMs: rest(), lookInside },
      silence: null,
      daemonSilence,
    };
  }
  const { silence } = docker;
  const [recorded, { domains, httpPort, httpsPort }] = await Promise.all([
    readRecordedInstances(paths, project),
    readMachineConfig(paths),
  ]);
  if (recorded.length === 0 && daemon === undefined && containers) throw silence;
  return {
    instances: await tellAsleep(paths, mergeInstances(recorded.map(toListed), held)),
    evidence: {
      proxyPort: gatewayPort ?? httpPort ?? 80,
      secure:
        gatewayPort === null
          ? await readSecure(context, paths, httpsPort ?? portCandidates.https[0])
          : await readGatewaySecure(context, daemon),
      domains,
      platform: context.platform,
      timeoutMs: rest(),
    },
    silence: recorded.length === 0 ? null : silence,
    daemonSilence,
  };
}

function readGatewaySecure(context: Context, daemon: DaemonStatus | undefined): Promise<EvidenceOptions["secure"]> {
  return readSecure(context, homePaths({ env: context.env }), daemon?.gateway.httpsPort ?? null);
}

async function readDocker(
  context: Context,
  project: string | undefined,
  engineMs: number,
): Promise<
  { readonly listed: readonly ListedInstance[]; readonly evidence: EvidenceOptions } | { readonly silence: CspaceError }
> {
  try {
    const reader = await openReader(context, engineMs);
    const [listed, evidence] = await Promise.all([
      listContainerInstances({ engine: reader.engine, project }),
      readEvidence(context, reader),
    ]);
    return { listed, evidence };
  } catch (error) {
    if (!isEngineError(error)) throw error;
    return { silence: error };
  }
}

async function readDaemon(context: Context): Promise<DaemonStatus | CspaceError | undefined> {
  try {
    return (await findDaemon({ ...context, timeoutMs: answerMs / 2 }))?.status;
  } catch (error) {
    if (isCspaceError(error) && error.code === "CSPACE_DAEMON_SILENT") return error;
    throw error;
  }
}

/** As it was started: nobody tells whether it runs. */
function toListed(recorded: RecordedInstance): ListedInstance {
  return { ...recorded, domain: undefined, state: "stopped", ports: [], services: [], states: [], containers: [] };
}
