import { labelKeys } from "@cspace/labels";
import Docker from "dockerode";
import type { ContainerUsage, DockerEngine, EngineContainerDetail, EngineListOptions } from "./docker-engine.ts";
import { orMissing } from "./or-missing.ts";

/** An engine by way of dockerode, which takes its time to load: for what changes something, and for certificates. */
export function dockerClient(endpoint: string): DockerEngine {
  const docker = new Docker(clientOptions(endpoint));
  const filters = (options: EngineListOptions = {}): object => ({
    all: options.all ?? false,
    ...(options.filters === undefined ? {} : { filters: options.filters }),
  });
  const runExec: DockerEngine["runExec"] = async (id, command) => {
    const exec = await docker.getContainer(id).exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true });
    const stream = await exec.start({});
    await new Promise((resolve) => stream.resume().once("close", resolve).once("end", resolve));
    return (await exec.inspect()).ExitCode;
  };
  return {
    endpoint,
    version: () => docker.version(),
    info: () => docker.info(),
    listContainers: (options) => docker.listContainers(filters(options)),
    followEvents: async ({ signal, onEvent }) => {
      const filters = {
        type: ["container" as const],
        label: [`${labelKeys.managed}=true`],
        event: [...followedEvents],
      };
      const options: Docker.GetEventsOptions = { filters, abortSignal: signal };
      const stream = await docker.getEvents(options);
      stream.on("data", onEvent);
      // How it ended does not matter: it is over.
      await new Promise((resolve) => stream.once("close", resolve).once("end", resolve).once("error", resolve));
    },
    inspectContainer: (id) => orMissing(docker.getContainer(id).inspect() as unknown as Promise<EngineContainerDetail>),
    restartContainer: (id) => docker.getContainer(id).restart({ t: 0 }),
    startContainer: (id) => unlessDone(docker.getContainer(id).start()),
    stopContainer: (id) => unlessDone(orMissing(docker.getContainer(id).stop())),
    pauseContainer: (id) => unlessDone(orMissing(docker.getContainer(id).pause())),
    unpauseContainer: (id) => unlessDone(orMissing(docker.getContainer(id).unpause())),
    keepContainerRunning: async (id) => {
      await orMissing(docker.getContainer(id).update({ RestartPolicy: { Name: "unless-stopped" } }));
    },
    readUsage: async (id) => {
      const options = { stream: false, "one-shot": true } as unknown as { stream: false };
      return usageOf(await orMissing(docker.getContainer(id).stats(options)));
    },
    readExec: async (id) => {
      const found = (await orMissing(docker.getExec(id).inspect())) as
        | { Running: boolean; ProcessConfig: { entrypoint: string; arguments?: readonly string[] | null } }
        | undefined;
      if (found?.Running !== true) return undefined;
      const { entrypoint, arguments: words } = found.ProcessConfig;
      return [entrypoint, ...(words ?? [])];
    },
    runExec,
    signalContainer: async (id, signal) => {
      // One that the engine itself signals counts as stopped by hand, and is not started with it any more.
      const said = await runExec(id, ["kill", "-s", signal.slice(3), "1"]).catch(() => null);
      if (said !== 0) await unlessDone(orMissing(docker.getContainer(id).kill({ signal })));
    },
    removeContainer: async (id) => void (await orMissing(docker.getContainer(id).remove({ force: true }))),
    containerLogs: async (id, { follow, tail, since = 0 }) => {
      const common = { stdout: true, stderr: true, since, tail: (tail === "all" ? "all" : tail) as number };
      const container = docker.getContainer(id);
      if (follow) return container.logs({ ...common, follow: true });
      const { Readable } = await import("node:stream");
      return Readable.from([await container.logs({ ...common, follow: false })]);
    },
    execContainer: async (id, command) => {
      const exec = await docker.getContainer(id).exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true });
      return await exec.start({});
    },
    listNetworks: (options) => docker.listNetworks(filters(options) as Docker.NetworkListOptions),
    listVolumes: async (options) => (await docker.listVolumes(filters(options) as object)).Volumes ?? [],
    removeVolume: async (name) => void (await orMissing(docker.getVolume(name).remove())),
    readDiskUsage: async () => {
      const { Images, Volumes } = (await docker.df()) as RawDiskUsage;
      return {
        images: (Images ?? []).map(({ RepoTags, Size, SharedSize }) => ({
          names: RepoTags ?? [],
          bytes: Size - Math.max(0, SharedSize),
        })),
        volumes: (Volumes ?? []).map(({ Name, Labels, CreatedAt, UsageData }) => ({
          name: Name,
          // -1: it was not counted.
          bytes: UsageData === undefined || UsageData.Size < 0 ? null : UsageData.Size,
          createdAt: CreatedAt ?? null,
          labels: Labels ?? {},
        })),
      };
    },
    listImageNames: async () => (await docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? []),
    inspectImage: (idOrName) => orMissing(docker.getImage(idOrName).inspect()),
    readImageFile: async (idOrName, paths) => {
      const { readImageFile } = await import("./read-image-file.ts");
      return await readImageFile(docker, idOrName, paths);
    },
    removeImage: async (name) => {
      try {
        await orMissing(docker.getImage(name).remove());
      } catch (error) {
        if ((error as { statusCode?: number }).statusCode !== 409) throw error;
      }
    },
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

/** @see https://docs.docker.com/reference/cli/docker/system/events/#object-types */
const followedEvents = ["create", "start", "die", "pause", "unpause", "destroy", "health_status", "rename"] as const;

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

/** What is as it was to be is done: 304 says so, and 409 that it cannot be done to a container as it is. */
async function unlessDone(change: Promise<unknown>): Promise<void> {
  try {
    await change;
  } catch (error) {
    if (![304, 409].includes((error as { statusCode?: number }).statusCode ?? 0)) throw error;
  }
}

/** As Docker's own client counts memory: without the page cache that is not in use. */
function usageOf(stats: Docker.ContainerStats | undefined): ContainerUsage | undefined {
  const total = stats?.cpu_stats?.cpu_usage?.total_usage ?? 0;
  const used = stats?.memory_stats?.usage;
  if (used === undefined) return undefined;
  const detail = (stats?.memory_stats.stats ?? {}) as Readonly<Record<string, number | undefined>>;
  const cache = detail.inactive_file ?? detail.total_inactive_file ?? 0;
  return { cpuMs: total / 1e6, memoryBytes: Math.max(0, used - cache) };
}

/** https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemDataUsage */
interface RawDiskUsage {
  readonly Images?:
    | readonly { readonly RepoTags: readonly string[] | null; readonly Size: number; readonly SharedSize: number }[]
    | null;
  readonly Volumes?:
    | readonly {
        readonly Name: string;
        readonly Labels: Readonly<Record<string, string>> | null;
        readonly CreatedAt?: string;
        readonly UsageData?: { readonly Size: number };
      }[]
    | null;
}
