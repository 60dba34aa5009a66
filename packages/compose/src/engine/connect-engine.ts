import type { DockerEngine } from "./docker-engine.ts";
import { explainEngineError } from "./explain-engine-error.ts";
import { inTime } from "./in-time.ts";
import { type ConnectEngineOptions, type EngineReader, openEngineReader } from "./open-engine-reader.ts";
import { engineTarget, requestEngine } from "./request-engine.ts";
import { resolveEndpoint } from "./resolve-endpoint.ts";

/**
 * Connects to the local Docker Engine and returns it once it has answered. What is only read costs a request each; the
 * client library is loaded by the first call that needs it.
 *
 * @throws {CspaceError} `CSPACE_ENGINE_ABSENT`, `CSPACE_ENGINE_NOT_RUNNING`, `CSPACE_ENGINE_DENIED`,
 * `CSPACE_ENGINE_REMOTE` or `CSPACE_CONTEXT_UNKNOWN`, each with the command to type.
 * @example
 * ```ts
 * const engine = await connectEngine();
 * (await engine.listNetworks()).map((network) => network.Name); //=> ["bridge", "host", "none"]
 * ```
 */
export async function connectEngine(options: ConnectEngineOptions = {}): Promise<DockerEngine> {
  const { env = process.env, platform = process.platform, timeoutMs = 5000 } = options;
  const endpoint = await resolveEndpoint(options);
  const target = engineTarget(endpoint);
  try {
    if (target !== undefined) {
      await requestEngine(target, "/_ping", timeoutMs);
      return loadLate(await openEngineReader({ ...options, timeoutMs: 0 }));
    }
    const engine = await loadClient(endpoint);
    await inTime(engine.version(), timeoutMs);
    return engine;
  } catch (error) {
    throw explainEngineError(error, endpoint, { env, platform, timeoutMs });
  }
}

async function loadClient(endpoint: string): Promise<DockerEngine> {
  return (await import("./docker-client.ts")).dockerClient(endpoint);
}

function loadLate(reader: EngineReader): DockerEngine {
  let loaded: Promise<DockerEngine> | undefined;
  const client = (): Promise<DockerEngine> => (loaded ??= loadClient(reader.endpoint));
  return {
    ...reader,
    version: async () => (await client()).version(),
    info: async () => (await client()).info(),
    followEvents: async (...args) => (await client()).followEvents(...args),
    restartContainer: async (...args) => (await client()).restartContainer(...args),
    startContainer: async (...args) => (await client()).startContainer(...args),
    stopContainer: async (...args) => (await client()).stopContainer(...args),
    pauseContainer: async (...args) => (await client()).pauseContainer(...args),
    unpauseContainer: async (...args) => (await client()).unpauseContainer(...args),
    keepContainerRunning: async (...args) => (await client()).keepContainerRunning(...args),
    readUsage: async (...args) => (await client()).readUsage(...args),
    readExec: async (...args) => (await client()).readExec(...args),
    runExec: async (...args) => (await client()).runExec(...args),
    removeContainer: async (...args) => (await client()).removeContainer(...args),
    signalContainer: async (...args) => (await client()).signalContainer(...args),
    containerLogs: async (...args) => (await client()).containerLogs(...args),
    execContainer: async (...args) => (await client()).execContainer(...args),
    listVolumes: async (...args) => (await client()).listVolumes(...args),
    removeVolume: async (...args) => (await client()).removeVolume(...args),
    readDiskUsage: async (...args) => (await client()).readDiskUsage(...args),
    listImageNames: async (...args) => (await client()).listImageNames(...args),
    inspectImage: async (...args) => (await client()).inspectImage(...args),
    readImageFile: async (...args) => (await client()).readImageFile(...args),
    removeImage: async (...args) => (await client()).removeImage(...args),
    createNetwork: async (...args) => (await client()).createNetwork(...args),
    removeNetwork: async (...args) => (await client()).removeNetwork(...args),
    connectNetwork: async (...args) => (await client()).connectNetwork(...args),
    disconnectNetwork: async (...args) => (await client()).disconnectNetwork(...args),
  };
}
