import { isDeepStrictEqual } from "node:util";
import { buildMark, parseLabels } from "@cspace/labels";
import type { Connection } from "@cspace/ports";
import type { DockerEngine, EngineContainer } from "../engine/docker-engine.ts";
import type { ProxyTraffic } from "../proxy/read-proxy-traffic.ts";
import { healthCommand } from "./wake-containers.ts";

/** What is going on in an instance. */
export interface Activity {
  /** How many requests have ended since they are counted. */
  readonly requests: number;
  /** How many requests and streams are surely under way. */
  readonly open: number;
  /** The connections that are open, each by what tells it from others: one that lasts is a stream. */
  readonly connections: readonly string[];
  /** How many commands run beside what it serves. */
  readonly execs: number;
  /** Time of processors since its parts were started, in milliseconds of one of them. */
  readonly cpuMs: number;
  /** The memory of its parts, in bytes. */
  readonly memoryBytes: number;
}

/** What {@link readContainerActivity} asks, and knows already. */
export interface ReadActivityOptions {
  readonly engine: Pick<DockerEngine, "readUsage" | "inspectContainer" | "readExec">;
  /** Of the instance, those that run. */
  readonly containers: readonly EngineContainer[];
  readonly traffic: ProxyTraffic;
  /** The open connections of this machine; none where the system does not tell. */
  readonly connections: readonly Connection[];
}

/** Reads what is going on in the containers of an instance. */
export async function readContainerActivity(options: ReadActivityOptions): Promise<Activity> {
  const { engine, containers, traffic, connections } = options;
  const [usage, execs] = await Promise.all([
    Promise.all(containers.map(({ Id }) => engine.readUsage(Id))),
    Promise.all(containers.map((container) => countExecs(engine, container))),
  ]);
  const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
  const addresses = new Set(
    containers.flatMap(({ NetworkSettings }) =>
      Object.values(NetworkSettings?.Networks ?? {}).flatMap(({ IPAddress }) => IPAddress || []),
    ),
  );
  const ports = new Set(containers.flatMap(({ Ports }) => Ports.flatMap(({ PublicPort }) => PublicPort ?? [])));
  return {
    requests: sum(marksOf(containers).map((mark) => traffic.requests.get(mark) ?? 0)),
    open: 0,
    connections: [
      ...traffic.connections.filter(({ remote }) => addresses.has(remote.address)),
      // What publishes a port is the local end of who uses it.
      ...connections.filter(({ local }) => local.address === "127.0.0.1" && ports.has(local.port)),
    ].map(nameOf),
    execs: sum(execs),
    cpuMs: sum(usage.map((one) => one?.cpuMs ?? 0)),
    memoryBytes: sum(usage.map((one) => one?.memoryBytes ?? 0)),
  };
}

const nameOf = ({ local, remote }: Connection): string =>
  `${local.address}:${local.port} ${remote.address}:${remote.port}`;

/** The marks of all routes of containers, each once. */
export function marksOf(containers: readonly Pick<EngineContainer, "Labels">[]): string[] {
  return [...new Set(containers.flatMap(({ Labels }) => parseLabels(Labels).map(buildMark)))];
}

/** The commands that people run in a container: its health check is none of them. */
async function countExecs(engine: ReadActivityOptions["engine"], { Id }: EngineContainer): Promise<number> {
  const detail = await engine.inspectContainer(Id);
  const ids = detail?.ExecIDs ?? [];
  if (detail === undefined || ids.length === 0) return 0;
  const check = healthCommand(detail);
  const running = await Promise.all(ids.map((id) => engine.readExec(id)));
  return running.filter((command) => command !== undefined && !isDeepStrictEqual(command, check)).length;
}
