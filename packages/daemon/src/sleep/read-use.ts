import { readFile } from "node:fs/promises";
import {
  type Activity,
  type DockerEngine,
  listInstanceContainers,
  marksOf,
  type ProxyTraffic,
  readContainerActivity,
  type SleeperNames,
} from "@cspace/compose";
import type { RouteTraffic } from "@cspace/gateway";
import { composeProjectName, routerName } from "@cspace/hostnames";
import { type Connection, parseConnections } from "@cspace/ports";
import { readUsage, thisSystem } from "@cspace/processes";

/** A process that runs for an instance. */
export interface UsedProcess {
  readonly label: string;
  readonly pid: number | null;
}

/** Where it is seen whether an instance is used. */
export interface UseSources {
  /** The engine that has its containers; `undefined` without any. */
  readonly engine: DockerEngine | undefined;
  /** `undefined`: Traefik does not tell. */
  readonly traffic: () => Promise<ProxyTraffic | undefined>;
  /** What was asked of the gateway, by mark. */
  readonly gateway: readonly ReadonlyMap<string, RouteTraffic>[];
  readonly processes: readonly UsedProcess[];
  /** How many commands run beside it that keep it awake. */
  readonly holds: number;
}

/** Reads what is going on in an instance; `undefined`: nothing of it runs; `null`: nobody can tell. */
export async function readUse(names: SleeperNames, sources: UseSources): Promise<Activity | undefined | null> {
  const { engine, processes, gateway, holds } = sources;
  const { project, instance } = names;
  const listed = engine === undefined ? [] : await listInstanceContainers(engine, composeProjectName(names));
  const containers = listed.filter(({ State }) => State === "running");
  if (containers.length === 0 && processes.length === 0) return undefined;
  const marks = [...marksOf(containers), ...processes.map(({ label }) => routerName({ label, instance, project }))];
  // What nobody can ask for, nobody could wake.
  if (marks.length === 0) return null;
  const [traffic, connections] = await Promise.all([
    containers.length === 0 ? noTraffic : sources.traffic(),
    readConnections(),
  ]);
  // Without a word of the proxy's nobody knows who uses it.
  if (traffic === undefined) return null;
  const own = gateway.flatMap((routes) => marks.flatMap((mark) => routes.get(mark) ?? []));
  const [used, usage] = await Promise.all([
    engine === undefined ? nothing : readContainerActivity({ engine, containers, traffic, connections }),
    Promise.all(processes.map(({ pid }) => (pid === null ? null : readUsage(pid, thisSystem)))),
  ]);
  const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
  return {
    requests: used.requests + sum(own.map(({ ended }) => ended)),
    open: sum(own.map(({ open }) => open)),
    connections: used.connections,
    execs: used.execs + holds,
    cpuMs: used.cpuMs + sum(usage.map((one) => one?.cpuMs ?? 0)),
    memoryBytes: used.memoryBytes + sum(usage.map((one) => one?.memoryBytes ?? 0)),
  };
}

const noTraffic: ProxyTraffic = { requests: new Map(), connections: [] };
const nothing: Activity = { requests: 0, open: 0, connections: [], execs: 0, cpuMs: 0, memoryBytes: 0 };

/** The open connections of this machine; none where the system does not tell. */
async function readConnections(): Promise<Connection[]> {
  const tables = await Promise.all(
    ["tcp", "tcp6"].map((name) => readFile(`/proc/net/${name}`, "utf8").catch(() => "")),
  );
  return tables.flatMap((table) => parseConnections(table));
}
