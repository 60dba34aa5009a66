import { labelKeys, labelSpec, parseInstanceLabels, parseLabels, type Scheme } from "@cspace/labels";
import type { EngineContainer } from "../engine/docker-engine.ts";
import type { EngineReader } from "../engine/open-engine-reader.ts";
import {
  exitCode,
  isFresh,
  isServiceContainer,
  readHealth,
  serviceOf,
  wasStopped,
  whyNotServing,
} from "./container-state.ts";
import type { InstanceRecord } from "./record.ts";

/** Where a container's port is published on this host. */
export interface PortBinding {
  readonly hostIp: string;
  readonly hostPort: number;
}

/** A route as the labels of a container tell it. */
export interface ListedRoute {
  readonly label: string;
  readonly service: string;
  readonly port: number;
  /** What its service speaks; absent: HTTP. */
  readonly scheme?: Exclude<Scheme, "http"> | undefined;
  /** `null` when nobody could tell. */
  readonly bindings: readonly PortBinding[] | null;
  /** Whether its container runs. */
  readonly running: boolean;
  /** Whether its container was started lately, or its health check has not passed yet. */
  readonly starting: boolean;
  /** What its health check says; absent where it has passed, or there is none. */
  readonly checked?: "starting" | "unhealthy" | undefined;
  /** Why its container, or the process that serves it, does not; `null` when nothing is known to be wrong. */
  readonly reason?: string | null;
}

/** A service of an instance, by the state of its containers: that of the worst of them. */
export interface ListedService {
  readonly service: string;
  readonly state: "running" | "starting" | "unhealthy" | "ended" | "failed" | "stopped";
  /** Why it does not run, in one clause; `null` when it does, or has ended as it was to. */
  readonly reason: string | null;
}

/** A published port that is no route. */
export interface ListedPort {
  readonly service: string;
  readonly port: number;
  readonly protocol: string;
  readonly bindings: readonly PortBinding[];
}

/** An instance as the engine has it. */
export interface ListedInstance extends InstanceRecord {
  /** The domain that its browsers were given. */
  readonly domain: string | undefined;
  /** What the URLs of its environment begin with. @default "http" */
  readonly protocol?: "http" | "https";
  /** The version of the contract that its labels were written by. @default "1" */
  readonly spec?: string;
  /** When the oldest of its containers was made, in milliseconds since 1970. */
  readonly createdAt?: number;
  /** `partial`: some containers run, or one failed. */
  readonly state: "running" | "partial" | "stopped";
  readonly routes: readonly ListedRoute[];
  readonly ports: readonly ListedPort[];
  readonly services: readonly string[];
  /** By name. */
  readonly states: readonly ListedService[];
  readonly containers: readonly { readonly id: string; readonly name: string; readonly service: string }[];
}

/** Options of {@link listContainerInstances}. */
export interface ListContainerInstancesOptions {
  readonly engine: Pick<EngineReader, "listContainers">;
  /** Only those of this project. @default every project */
  readonly project?: string | undefined;
}

/** Lists the instances of this machine from the labels of their containers, running or not, sorted by name. */
export async function listContainerInstances(options: ListContainerInstancesOptions): Promise<ListedInstance[]> {
  const { engine, project } = options;
  const label = [`${labelKeys.managed}=true`, ...(project === undefined ? [] : [`${labelKeys.project}=${project}`])];
  const groups = new Map<string, EngineContainer[]>();
  for (const container of await engine.listContainers({ all: true, filters: { label } })) {
    const names = parseInstanceLabels(container.Labels);
    // Containers that merely carry route labels are served, but are no instance of cspace's.
    if (names?.directory === undefined || !isServiceContainer(container)) continue;
    const key = `${names.project}--${names.instance}`;
    groups.set(key, [...(groups.get(key) ?? []), container]);
  }
  return [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, containers]) => describe(containers));
}

function describe(containers: readonly EngineContainer[]): ListedInstance {
  const names = containers.map((container) => parseInstanceLabels(container.Labels)).find((one) => one !== undefined);
  if (names === undefined) throw new TypeError("an instance has at least one labelled container");
  const sorted = [...containers].sort((a, b) => ((a.Names[0] ?? "") < (b.Names[0] ?? "") ? -1 : 1));
  const routes = new Map<string, ListedRoute>();
  const ports = new Map<string, ListedPort>();
  for (const container of sorted) {
    const service = serviceOf(container);
    const routed = parseLabels(container.Labels);
    for (const { label, port, scheme } of routed) {
      const running = container.State === "running";
      // One that serves it goes before one that does not.
      if (routes.get(label)?.running === true && routes.get(label)?.checked === undefined) continue;
      const checked = readHealth(container);
      const reason = whyNotServing(container) ?? (running ? null : "its container has ended");
      const bindings = bindingsOf(container, port, "tcp");
      const starting = isFresh(container) || checked === "starting";
      routes.set(label, {
        label,
        service,
        port,
        ...(scheme && { scheme }),
        bindings,
        running,
        starting,
        ...(checked && { checked }),
        reason,
      });
    }
    for (const { PrivatePort: port, PublicPort, Type: protocol } of container.Ports) {
      const isRoute = protocol === "tcp" && routed.some((route) => route.port === port);
      // What an image exposes is told of a service that has nothing else.
      const isElse = routed.length > 0 || container.Ports.some((one) => one.PublicPort !== undefined);
      if (isRoute || (PublicPort === undefined && isElse)) continue;
      ports.set(`${service}:${port}/${protocol}`, {
        service,
        port,
        protocol,
        bindings: bindingsOf(container, port, protocol),
      });
    }
  }
  const { project, instance, projectName, instanceName, directory = "", domain, protocol } = names;
  const { directoryId, repository, repositoryId } = names;
  return {
    ...{ project, instance, projectName, instanceName, directory, directoryId, repository, repositoryId },
    domain,
    ...createdAt(containers),
    ...(names.spec === labelSpec ? {} : { spec: names.spec }),
    ...(protocol && { protocol }),
    state: stateOf(containers),
    routes: [...routes.values()].sort((a, b) => (a.label < b.label ? -1 : 1)),
    ports: [...ports.values()],
    services: [...new Set(sorted.map(serviceOf))],
    states: statesOf(sorted),
    containers: sorted.map((container) => ({
      id: container.Id,
      name: (container.Names[0] ?? container.Id).replace(/^\//, ""),
      service: serviceOf(container),
    })),
  };
}

function createdAt(containers: readonly EngineContainer[]): { readonly createdAt?: number } {
  const seconds = containers.flatMap(({ Created }) => Created ?? []);
  return seconds.length === 0 ? {} : { createdAt: Math.min(...seconds) * 1000 };
}

function bindingsOf(container: EngineContainer, port: number, protocol: string): PortBinding[] {
  if (container.HostConfig?.NetworkMode === "host") return [{ hostIp: "127.0.0.1", hostPort: port }];
  return container.Ports.flatMap(({ IP, PrivatePort, PublicPort, Type }) =>
    PrivatePort === port && Type === protocol && PublicPort !== undefined
      ? [{ hostIp: IP ?? "0.0.0.0", hostPort: PublicPort }]
      : [],
  );
}

const ranks = ["failed", "unhealthy", "stopped", "starting", "running", "ended"] as const;

function statesOf(containers: readonly EngineContainer[]): ListedService[] {
  const worst = new Map<string, ListedService>();
  for (const container of containers) {
    const service = serviceOf(container);
    const one: ListedService = { service, state: serviceState(container), reason: whyNotServing(container) };
    const before = worst.get(service);
    if (before === undefined || ranks.indexOf(one.state) < ranks.indexOf(before.state)) worst.set(service, one);
  }
  return [...worst.values()].sort((a, b) => (a.service < b.service ? -1 : 1));
}

function serviceState(container: EngineContainer): ListedService["state"] {
  if (container.State === "running") return readHealth(container) ?? "running";
  if (container.State === "created" || container.State === "paused" || wasStopped(container)) return "stopped";
  return container.State === "exited" && exitCode(container) === 0 ? "ended" : "failed";
}

function stateOf(containers: readonly EngineContainer[]): ListedInstance["state"] {
  const running = containers.filter((container) => container.State === "running").length;
  if (running === 0) return "stopped";
  const settled = containers.every((container) => ["running", "starting", "ended"].includes(serviceState(container)));
  return settled ? "running" : "partial";
}
