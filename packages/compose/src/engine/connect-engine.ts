import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { CspaceError } from "@cspace/errors";
import Docker from "dockerode";
import type { ComposeErrorCode } from "../errors.ts";
import type { DockerEngine, EngineContainerDetail, EngineListOptions } from "./docker-engine.ts";
import { type ResolveEndpointOptions, resolveEndpoint } from "./resolve-endpoint.ts";

/** Options of {@link connectEngine}. */
export interface ConnectEngineOptions extends ResolveEndpointOptions {
  /** How long the engine may take to answer the first call, in milliseconds. @default 5000 */
  readonly timeoutMs?: number;
}

/**
 * Connects to the local Docker Engine and returns it once it has answered.
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
  const engine = wrap(new Docker(clientOptions(endpoint)), endpoint);
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })), timeoutMs);
  });
  try {
    await Promise.race([engine.ping(), silence]);
  } catch (error) {
    throw explain(error, endpoint, { env, platform, timeoutMs });
  } finally {
    clearTimeout(timer);
  }
  return engine;
}

function clientOptions(endpoint: string): Docker.DockerOptions {
  if (endpoint.startsWith("unix://")) return { socketPath: endpoint.slice("unix://".length) };
  if (endpoint.startsWith("npipe://")) return { socketPath: endpoint.slice("npipe://".length).replaceAll("/", "\\") };
  const url = new URL(endpoint);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || 2375),
    protocol: url.port === "2376" ? "https" : "http",
  };
}

function wrap(docker: Docker, endpoint: string): DockerEngine {
  const filters = (options: EngineListOptions = {}): object => ({
    all: options.all ?? false,
    ...(options.filters === undefined ? {} : { filters: options.filters }),
  });
  return {
    endpoint,
    ping: async () => void (await docker.ping()),
    version: () => docker.version(),
    info: () => docker.info(),
    listContainers: (options) => docker.listContainers(filters(options)),
    inspectContainer: (id) => orMissing(docker.getContainer(id).inspect() as unknown as Promise<EngineContainerDetail>),
    restartContainer: (id) => docker.getContainer(id).restart({ t: 0 }),
    removeContainer: async (id) => void (await orMissing(docker.getContainer(id).remove({ force: true }))),
    containerLogs: async (id, { follow, tail }) => {
      const common = { stdout: true, stderr: true, tail: (tail === "all" ? "all" : tail) as number };
      const container = docker.getContainer(id);
      if (follow) return container.logs({ ...common, follow: true });
      const { Readable } = await import("node:stream");
      return Readable.from([await container.logs({ ...common, follow: false })]);
    },
    listNetworks: (options) => docker.listNetworks(filters(options) as Docker.NetworkListOptions),
    listVolumes: async (options) => (await docker.listVolumes(filters(options) as object)).Volumes ?? [],
    removeVolume: async (name) => void (await orMissing(docker.getVolume(name).remove())),
    createNetwork: async ({ name, internal, subnet, labels }) => {
      await docker.createNetwork({
        Name: name,
        Driver: "bridge",
        CheckDuplicate: true,
        Internal: internal,
        IPAM: { Driver: "default", Config: [{ Subnet: subnet }] },
        Labels: { ...labels },
      });
    },
    removeNetwork: async (id) => void (await orMissing(docker.getNetwork(id).remove())),
    connectNetwork: async (network, container, aliases) => {
      await docker
        .getNetwork(network)
        .connect({ Container: container, EndpointConfig: aliases.length > 0 ? { Aliases: [...aliases] } : {} });
    },
    disconnectNetwork: async (network, container) => {
      try {
        await orMissing(docker.getNetwork(network).disconnect({ Container: container, Force: true }));
      } catch (error) {
        if (!/is not connected to( the)? network/.test((error as Error).message)) throw error;
      }
    },
  };
}

async function orMissing<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}

function explain(
  error: unknown,
  endpoint: string,
  options: { env: NodeJS.ProcessEnv; platform: NodeJS.Platform; timeoutMs: number },
): CspaceError<ComposeErrorCode> {
  const code = (error as NodeJS.ErrnoException).code;
  const make = (kind: ComposeErrorCode, message: string, hint: string): CspaceError<ComposeErrorCode> =>
    new CspaceError(kind, message, { hint, cause: error });
  const start =
    options.platform === "linux"
      ? "start it: sudo systemctl start docker"
      : "start it: open Docker Desktop or OrbStack";
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      if (!isOnPath("docker", options.env)) {
        return make(
          "CSPACE_ENGINE_ABSENT",
          `no Docker engine is installed: ${endpoint} does not exist and there is no docker command`,
          "install Docker Engine or Docker Desktop: https://docs.docker.com/get-docker/",
        );
      }
      return make("CSPACE_ENGINE_NOT_RUNNING", `no Docker engine is running: ${endpoint} does not exist`, start);
    case "ECONNREFUSED":
      return make("CSPACE_ENGINE_NOT_RUNNING", `no Docker engine answers at ${endpoint}: connection refused`, start);
    case "ETIMEDOUT":
      return make(
        "CSPACE_ENGINE_NOT_RUNNING",
        `the Docker engine at ${endpoint} does not answer within ${options.timeoutMs / 1000} s`,
        "see whether it hangs: docker info; then restart it",
      );
    case "EACCES":
    case "EPERM":
      return make(
        "CSPACE_ENGINE_DENIED",
        `you may not use the Docker engine at ${endpoint}: permission denied`,
        'join its group, then log in again: sudo usermod -aG docker "$USER"',
      );
    default:
      return make(
        "CSPACE_ENGINE_NOT_RUNNING",
        `what answers at ${endpoint} is no working Docker engine: ${(error as Error).message}`,
        "see whether it works: docker info; then restart it",
      );
  }
}

function isOnPath(program: string, env: NodeJS.ProcessEnv): boolean {
  return (env.PATH ?? "").split(delimiter).some((folder) => folder !== "" && existsSync(join(folder, program)));
}
