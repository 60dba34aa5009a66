/** A container as the Engine lists it. */
export interface EngineContainer {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly Image: string;
  readonly ImageID?: string;
  /** `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`. */
  readonly State: string;
  /** For people: `Up 3 seconds (healthy)`, `Exited (0) 2 minutes ago`. */
  readonly Status: string;
  readonly Labels: Readonly<Record<string, string>>;
  /** When it was made, in seconds since 1970. */
  readonly Created?: number;
  readonly Ports: readonly {
    readonly IP?: string;
    readonly PrivatePort: number;
    readonly PublicPort?: number;
    readonly Type: string;
  }[];
  readonly NetworkSettings?: {
    readonly Networks: Readonly<Record<string, { readonly NetworkID: string; readonly IPAddress?: string }>>;
  };
  readonly HostConfig?: { readonly NetworkMode?: string };
}

/** What cspace reads of one inspected container. */
export interface EngineContainerDetail {
  readonly Id: string;
  readonly Name: string;
  /** The id of its image. */
  readonly Image?: string;
  /** Of the commands that run in it beside its own; `null`: none. */
  readonly ExecIDs?: readonly string[] | null;
  readonly Config: {
    readonly Image: string;
    readonly Labels: Readonly<Record<string, string>>;
    readonly Tty: boolean;
    /** `NAME=value` each. */
    readonly Env?: readonly string[] | null;
    readonly Entrypoint?: readonly string[] | null;
    readonly Cmd?: readonly string[] | null;
    readonly Healthcheck?: { readonly Test?: readonly string[] | null } | null;
  };
  readonly State: {
    readonly Status: string;
    readonly ExitCode: number;
    /** RFC 3339. */
    readonly StartedAt?: string;
    /** When it ended the last time: RFC 3339; the year 1 where it never has. */
    readonly FinishedAt?: string;
    readonly Health?: {
      readonly Status: string;
      readonly Log?: readonly { readonly ExitCode: number; readonly Output: string }[] | null;
    };
  };
  readonly HostConfig: {
    readonly RestartPolicy?: { readonly Name: string };
    readonly PortBindings?: unknown;
    readonly Binds?: readonly string[] | null;
    readonly SecurityOpt?: readonly string[] | null;
  };
  readonly NetworkSettings: {
    readonly Networks: Readonly<
      Record<string, { readonly NetworkID: string; readonly Aliases?: readonly string[] | null }>
    >;
  };
}

/** What cspace reads of one inspected image. */
export interface EngineImage {
  readonly Id: string;
  readonly Config?: { readonly Env?: readonly string[] | null } | null;
  /** RFC 3339. */
  readonly Created?: string | undefined;
  /** When this engine gave it a name the last time, as every build does: RFC 3339. */
  readonly Metadata?: { readonly LastTagTime?: string | undefined } | undefined;
}

/** A network as the Engine lists it. */
export interface EngineNetwork {
  readonly Id: string;
  readonly Name: string;
  readonly Driver: string;
  readonly Labels?: Readonly<Record<string, string>> | null | undefined;
  readonly IPAM?:
    | {
        readonly Config?:
          | readonly { readonly Subnet?: string | undefined; readonly Gateway?: string | undefined }[]
          | null
          | undefined;
      }
    | null
    | undefined;
}

/** What a container that runs uses. */
export interface ContainerUsage {
  /** Time of processors since it was started, in milliseconds of one of them. */
  readonly cpuMs: number;
  /** Without what it could give back at once, in bytes. */
  readonly memoryBytes: number;
}

/** What images and volumes take of the disk, in bytes. */
export interface EngineDiskUsage {
  readonly images: readonly {
    readonly names: readonly string[];
    /** What goes with it, and is no other image's. */
    readonly bytes: number;
  }[];
  readonly volumes: readonly {
    readonly name: string;
    /** `null`: its driver does not tell. */
    readonly bytes: number | null;
    /** RFC 3339. */
    readonly createdAt: string | null;
    readonly labels: Readonly<Record<string, string>>;
  }[];
}

/** Options of the Engine's lists: the filters of the Engine API. */
export interface EngineListOptions {
  readonly all?: boolean;
  readonly filters?: Readonly<Record<string, readonly string[]>>;
}

/** The readable stream that the Engine's logs come in. */
export type EngineLogStream = NodeJS.ReadableStream & { destroy?(): void };

/**
 * The part of the Docker Engine that cspace needs. {@link connectEngine} makes one from dockerode; a test may pass any
 * object of this shape.
 */
export interface DockerEngine {
  /** The endpoint that Compose is handed as `DOCKER_HOST`: `unix:///var/run/docker.sock`. */
  readonly endpoint: string;
  version(): Promise<{ readonly Version: string; readonly ApiVersion: string; readonly Os: string }>;
  info(): Promise<{
    readonly SecurityOptions?: readonly string[] | null;
    readonly OperatingSystem: string;
    /** RFC 3339. */
    readonly SystemTime?: string;
    /** Where images and volumes are, on the engine's own machine. */
    readonly DockerRootDir?: string;
  }>;
  listContainers(options?: EngineListOptions): Promise<readonly EngineContainer[]>;
  /**
   * Calls back whenever a container of an instance begins, ends, or is found healthy or not, until `signal` is aborted.
   * Resolves when the engine has gone.
   */
  followEvents(options: { readonly signal: AbortSignal; readonly onEvent: () => void }): Promise<void>;
  /** `undefined` when there is no such container. */
  inspectContainer(idOrName: string): Promise<EngineContainerDetail | undefined>;
  restartContainer(idOrName: string): Promise<void>;
  /** That it runs already is no failure. */
  startContainer(idOrName: string): Promise<void>;
  /** Gives it the time that it wants to end. That it is not there, or has ended, is no failure. */
  stopContainer(idOrName: string): Promise<void>;
  /** That it is paused, or does not run, is no failure. */
  pauseContainer(idOrName: string): Promise<void>;
  /** That it is not paused is no failure. */
  unpauseContainer(idOrName: string): Promise<void>;
  /** Lets the engine start it again when it ends by itself, and when the engine itself was started anew. */
  keepContainerRunning(idOrName: string): Promise<void>;
  /** What it uses; `undefined` when it does not run. */
  readUsage(idOrName: string): Promise<ContainerUsage | undefined>;
  /** The command of an exec that runs; `undefined` when it has ended. */
  readExec(id: string): Promise<readonly string[] | undefined>;
  /** Runs a program in a container until it ends, and gives its exit code. */
  runExec(idOrName: string, command: readonly string[]): Promise<number | null>;
  removeContainer(idOrName: string): Promise<void>;
  /** To its first process. That the container is not there, or does not run, is no failure. */
  signalContainer(idOrName: string, signal: "SIGHUP"): Promise<void>;
  containerLogs(
    idOrName: string,
    options: {
      readonly follow: boolean;
      readonly tail: number | "all";
      /** In seconds since 1970. */
      readonly since?: number | undefined;
    },
  ): Promise<EngineLogStream>;
  /** Runs a program in a container; what it prints comes as a log does. */
  execContainer(idOrName: string, command: readonly string[]): Promise<EngineLogStream>;
  listNetworks(options?: EngineListOptions): Promise<readonly EngineNetwork[]>;
  listVolumes(
    options?: EngineListOptions,
  ): Promise<readonly { readonly Name: string; readonly Labels?: Readonly<Record<string, string>> | null }[]>;
  removeVolume(name: string): Promise<void>;
  /** How much images and volumes take; the engine counts it anew, which takes its time. */
  readDiskUsage(): Promise<EngineDiskUsage>;
  /** Every image's names, with their tags. */
  listImageNames(): Promise<readonly string[]>;
  /** `undefined` when there is no such image. */
  inspectImage(idOrName: string): Promise<EngineImage | undefined>;
  /** The first of these files that an image has, links followed, as text; `undefined` when it has none. No program runs. */
  readImageFile(idOrName: string, paths: readonly string[]): Promise<string | undefined>;
  /** Takes a name from an image, and removes it with its last one; one that a container uses stays. */
  removeImage(name: string): Promise<void>;
  createNetwork(options: {
    readonly name: string;
    readonly internal: boolean;
    readonly subnet: string;
    readonly labels: Readonly<Record<string, string>>;
  }): Promise<void>;
  removeNetwork(idOrName: string): Promise<void>;
  connectNetwork(network: string, container: string, aliases: readonly string[]): Promise<void>;
  /** That the container is not on the network, or one of the two is gone, is no failure. */
  disconnectNetwork(network: string, container: string): Promise<void>;
}
