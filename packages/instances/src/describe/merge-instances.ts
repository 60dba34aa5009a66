import type { InstanceRecord, ListedInstance, ListedRoute } from "@cspace/compose";
import type { HeldInstance, HeldRoute } from "@cspace/daemon";
import type { Instance } from "../documents.ts";

/** A route of an instance, whether a container or a process of the host serves it. */
export interface MachineRoute extends ListedRoute {
  /** Whether `service` is the name of a process. */
  readonly isProcess?: true;
  /** Whether a command in somebody's terminal serves it, and not what was started by name. */
  readonly leased?: boolean;
  /** Whether its process listens; absent where that is no question. */
  readonly listens?: boolean;
  /** Hostnames that its server was found to refuse. @default none */
  readonly refused?: readonly string[] | undefined;
  /** The command line of its process. */
  readonly command?: string;
  /** When its process was started, in milliseconds since 1970. */
  readonly startedAt?: number;
  /** The process group that serves it. */
  readonly pid?: number | null | undefined;
}

/** An instance as this machine has it: its containers, its processes, or both. */
export interface MachineInstance extends Omit<ListedInstance, "routes" | "state"> {
  readonly state: Instance["state"];
  /** How it sleeps; absent of one that does not. */
  readonly asleep?: NonNullable<Instance["asleep"]>;
  readonly engine: "docker" | "gateway" | "mixed";
  readonly routes: readonly MachineRoute[];
}

/** Puts together what the engine and the daemon have, sorted by name. Pure. */
export function mergeInstances(
  listed: readonly ListedInstance[],
  held: readonly HeldInstance[],
  /** In milliseconds since 1970. */
  now: number = Date.now(),
): MachineInstance[] {
  const keyOf = ({ project, instance }: { project: string; instance: string }): string => `${project}--${instance}`;
  const merged = new Map(listed.map((one): [string, MachineInstance] => [keyOf(one), { ...one, engine: "docker" }]));
  for (const one of held) {
    const processes = one.routes.map((route) => toRoute(route, now));
    const state = stateOf(one.routes);
    const found = merged.get(keyOf(one.record));
    merged.set(
      keyOf(one.record),
      found === undefined
        ? { ...one.record, ...nothing, ...startedAt(one.routes), engine: "gateway", state, routes: processes }
        : {
            ...found,
            engine: "mixed",
            state: found.state === state ? state : "partial",
            routes: [...found.routes, ...processes].sort((a, b) => (a.label < b.label ? -1 : 1)),
          },
    );
  }
  return [...merged.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, instance]) => instance);
}

function startedAt(routes: readonly HeldRoute[]): { readonly createdAt?: number } {
  return routes.length === 0 ? {} : { createdAt: Math.min(...routes.map((route) => route.startedAt)) };
}

/** One of which nothing but its record is known. */
export function withoutContainers(record: InstanceRecord): MachineInstance {
  return { ...record, ...nothing, engine: "docker", state: "stopped", routes: [] };
}

const nothing = { domain: undefined, ports: [], services: [], states: [], containers: [] } as const;

/** So long a server may compile its first page, in milliseconds. */
const freshMs = 120_000;

function toRoute(
  { label, port, host, state, error, pid, startedAt, command, leased, refused = [] }: HeldRoute,
  now: number,
): MachineRoute {
  return {
    label,
    service: label,
    port,
    bindings: [{ hostIp: host, hostPort: port }],
    running: isRunning(state),
    starting: state === "starting" || state === "restarting" || (isRunning(state) && now - startedAt < freshMs),
    isProcess: true,
    command,
    startedAt,
    ...(leased && { leased }),
    listens: state === "up",
    pid,
    ...(refused.length > 0 && { refused }),
    reason: state === "stopped" ? "it was stopped" : (error?.message.split("\n", 1)[0]?.replace(/:$/, "") ?? null),
  };
}

function stateOf(routes: readonly HeldRoute[]): MachineInstance["state"] {
  // Between two starts as well: it runs again by itself.
  const running = routes.filter(({ state }) => isRunning(state) || state === "crash-loop").length;
  return running === 0 ? "stopped" : running === routes.length ? "running" : "partial";
}

const isRunning = (state: HeldRoute["state"]): boolean => ["up", "running", "starting", "restarting"].includes(state);
