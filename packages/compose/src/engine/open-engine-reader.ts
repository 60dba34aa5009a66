import type { DockerEngine, EngineListOptions } from "./docker-engine.ts";
import { explainEngineError } from "./explain-engine-error.ts";
import { inTime } from "./in-time.ts";
import { orMissing } from "./or-missing.ts";
import { engineTarget, requestEngine } from "./request-engine.ts";
import { type ResolveEndpointOptions, resolveEndpoint } from "./resolve-endpoint.ts";

/** Options of `connectEngine` and of {@link openEngineReader}. */
export interface ConnectEngineOptions extends ResolveEndpointOptions {
  /** How long the engine may take to answer, in milliseconds. @default 5000 */
  readonly timeoutMs?: number;
}

/** The part of the engine that tells where everything is. */
export type EngineReader = Pick<DockerEngine, "endpoint" | "listContainers" | "listNetworks" | "inspectContainer">;

/**
 * Opens the local Docker Engine for reading: nothing is asked before the first call, each call is one request, and no
 * client library is loaded, so that an answer costs a few milliseconds.
 *
 * @throws {CspaceError} as {@link resolveEndpoint}; every call throws what `connectEngine` does when the engine cannot be
 * used or takes longer than `timeoutMs` for the whole answer.
 * @see https://docs.docker.com/reference/api/engine/
 * @example
 * ```ts
 * const reader = await openEngineReader({ timeoutMs: 1000 });
 * await listContainerInstances({ engine: reader });
 * ```
 */
export async function openEngineReader(options: ConnectEngineOptions = {}): Promise<EngineReader> {
  const { env = process.env, platform = process.platform, timeoutMs = 5000 } = options;
  const endpoint = await resolveEndpoint(options);
  const target = engineTarget(endpoint);
  const explained = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    try {
      return await answer;
    } catch (error) {
      throw explainEngineError(error, endpoint, { env, platform, timeoutMs });
    }
  };
  if (target === undefined) {
    const client = (await import("./docker-client.ts")).dockerClient(endpoint);
    const asked = <Answer>(answer: Promise<Answer>): Promise<Answer> => explained(inTime(answer, timeoutMs));
    return {
      endpoint,
      listContainers: (options) => asked(client.listContainers(options)),
      listNetworks: (options) => asked(client.listNetworks(options)),
      inspectContainer: (idOrName) => asked(client.inspectContainer(idOrName)),
    };
  }
  const ask = async <Answer>(path: string): Promise<Answer> => JSON.parse(await requestEngine(target, path, timeoutMs));
  const filtered = ({ filters = {} }: EngineListOptions = {}): string =>
    `filters=${encodeURIComponent(JSON.stringify(filters))}`;
  return {
    endpoint,
    listContainers: (options) => explained(ask(`/containers/json?all=${options?.all ?? false}&${filtered(options)}`)),
    listNetworks: (options) => explained(ask(`/networks?${filtered(options)}`)),
    inspectContainer: (idOrName) => explained(orMissing(ask(`/containers/${encodeURIComponent(idOrName)}/json`))),
  };
}
