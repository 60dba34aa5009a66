import { Readable } from "node:stream";
import type { DockerEngine, EngineContainer, EngineContainerDetail, EngineNetwork } from "@cspace/compose";

/** What a fake engine has, and what it was asked to do. */
export interface FakeState {
  readonly containers?: readonly EngineContainer[];
  readonly details?: Readonly<Record<string, EngineContainerDetail>>;
  readonly networks?: readonly EngineNetwork[];
  readonly volumes?: readonly { readonly Name: string; readonly Labels?: Readonly<Record<string, string>> }[];
  /** The chunks of a container's log, as the engine sends them. */
  readonly logs?: readonly Uint8Array[];
}

/** An engine that answers from plain data, filters by label and name as the real one does, and notes every change. */
export function fakeEngine(state: FakeState = {}): DockerEngine & { readonly calls: string[] } {
  const calls: string[] = [];
  const note = async (...words: readonly unknown[]): Promise<void> => void calls.push(words.join(" "));
  const matches = (
    labels: Readonly<Record<string, string>> | null | undefined,
    wanted: readonly string[] = [],
  ): boolean =>
    wanted.every((one) => {
      const [key = "", value] = one.split("=");
      return labels?.[key] !== undefined && (value === undefined || labels[key] === value);
    });
  return {
    calls,
    endpoint: "unix:///var/run/docker.sock",
    version: async () => ({ Version: "28.2.2", ApiVersion: "1.50", Os: "linux" }),
    info: async () => ({ SecurityOptions: [], OperatingSystem: "Debian" }),
    listContainers: async ({ all = false, filters = {} } = {}) =>
      (state.containers ?? []).filter((one) => (all || one.State === "running") && matches(one.Labels, filters.label)),
    followEvents: ({ signal }) => new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
    inspectContainer: async (name) => state.details?.[name],
    restartContainer: (name) => note("restart", name),
    startContainer: (name) => note("start", name),
    stopContainer: (name) => note("stop", name),
    pauseContainer: (name) => note("pause", name),
    unpauseContainer: (name) => note("unpause", name),
    keepContainerRunning: (name) => note("keep running", name),
    readUsage: async () => undefined,
    readExec: async () => undefined,
    runExec: async () => 0,
    removeContainer: (name) => note("remove", name),
    signalContainer: (name, signal) => note("signal", name, signal),
    containerLogs: async () => Readable.from((state.logs ?? []).map((chunk) => Buffer.from(chunk))),
    execContainer: async () => Readable.from((state.logs ?? []).map((chunk) => Buffer.from(chunk))),
    listNetworks: async ({ filters = {} } = {}) =>
      (state.networks ?? []).filter(
        (one) => matches(one.Labels, filters.label) && (filters.name ?? [""]).some((name) => one.Name.includes(name)),
      ),
    listVolumes: async ({ filters = {} } = {}) =>
      (state.volumes ?? []).filter((one) => matches(one.Labels, filters.label)),
    readDiskUsage: async () => ({ images: [], volumes: [] }),
    listImageNames: async () => [],
    inspectImage: async () => undefined,
    readImageFile: async () => undefined,
    removeImage: (name) => note("remove image", name),
    removeVolume: (name) => note("remove volume", name),
    createNetwork: ({ name, internal, subnet }) => note("create network", name, internal, subnet),
    removeNetwork: (name) => note("remove network", name),
    connectNetwork: (network, name, aliases) => note("connect", network, name, ...aliases),
    disconnectNetwork: (network, name) => note("disconnect", network, name),
  };
}

/** A container as the engine lists it; by default one that runs. */
export function fakeContainer(options: Partial<EngineContainer> & { readonly name?: string } = {}): EngineContainer {
  const { name = "app-1", ...rest } = options;
  return {
    Id: `id-${name}`,
    Names: [`/${name}`],
    Image: "busybox:1.37",
    State: "running",
    Status: "Up 3 seconds",
    Labels: {},
    Ports: [],
    ...rest,
  };
}

/** A container as the engine inspects it. */
export function fakeDetail(
  options: Partial<EngineContainerDetail> & { readonly tty?: boolean } = {},
): EngineContainerDetail {
  const { tty = false, ...rest } = options;
  return {
    Id: "id",
    Name: "/cspace-proxy",
    Config: { Image: "busybox:1.37", Labels: {}, Tty: tty },
    State: { Status: "running", ExitCode: 0 },
    HostConfig: {},
    NetworkSettings: { Networks: {} },
    ...rest,
  };
}

/** A bridge as the engine lists it. */
export function fakeNetwork(
  name: string,
  options: { subnet?: string; labels?: Record<string, string> } = {},
): EngineNetwork {
  const { subnet, labels = {} } = options;
  return {
    Id: `id-${name}`,
    Name: name,
    Driver: "bridge",
    Labels: labels,
    IPAM: { Config: subnet === undefined ? [] : [{ Subnet: subnet }] },
  };
}
