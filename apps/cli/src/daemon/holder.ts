import type { InstanceRecord } from "@cspace/compose";
import type { HeldInstance, HeldRoute, LeaseRequest, ProcessRequest, StartRequest } from "./protocol.ts";

type Names = Pick<InstanceRecord, "project" | "instance">;

/** A process that is looked after, as far as the holder needs it. */
export interface HeldProcess {
  readonly state: HeldRoute["state"];
  readonly port: number;
  readonly host: HeldRoute["host"];
  readonly error: HeldRoute["error"];
  readonly lastLines: (count: number) => Promise<readonly string[]>;
  readonly stop: () => Promise<void>;
}

/** A route that the gateway is to serve. */
export interface HeldUpstream {
  readonly project: string;
  readonly instance: string;
  readonly label: string;
  readonly upstream: number;
  readonly starting: boolean;
  readonly lastLines: () => Promise<readonly string[]>;
}

/** Options of {@link createHolder}. */
export interface HolderOptions {
  /** Starts a process and looks after it; `onChange` is called whenever its state or port is another. */
  readonly startProcess: (names: Names, request: ProcessRequest, onChange: () => void) => HeldProcess;
  /** Called with all routes whenever one is another. */
  readonly onRoutes: (routes: readonly HeldUpstream[]) => void;
  /** Called when the last process and the last lease is gone. */
  readonly onEmpty: () => void;
}

interface Started {
  readonly request: ProcessRequest;
  readonly process: HeldProcess;
  readonly startedAt: number;
}

interface Held {
  readonly record: InstanceRecord;
  readonly processes: Map<string, Started>;
  readonly leases: Map<string, LeaseRequest & { readonly startedAt: number }>;
}

/** Everything that the daemon keeps alive: the processes of instances, and the routes of foreground commands. */
export interface Holder {
  readonly list: () => readonly HeldInstance[];
  /** Starts what differs from what runs, and ends what is not asked for any more. */
  readonly start: (request: StartRequest) => Promise<void>;
  /** Ends the processes of an instance; leases end with those who hold them. Whether there were any. */
  readonly stop: (names: Names) => Promise<boolean>;
  /** Takes a label until the function that it gives is called; `undefined` when the label is taken. */
  readonly lease: (request: LeaseRequest) => (() => void) | undefined;
  readonly close: () => Promise<void>;
}

/** Makes a holder of nothing. */
export function createHolder({ startProcess, onRoutes, onEmpty }: HolderOptions): Holder {
  const instances = new Map<string, Held>();
  const keyOf = ({ project, instance }: Names): string => `${project}--${instance}`;

  const changed = (): void => onRoutes([...instances.values()].flatMap(upstreamsOf));
  /** Forgets an instance of which nothing is left. A change of another one never forgets it: it may be between two processes. */
  const settle = (names: Names): void => {
    changed();
    const held = instances.get(keyOf(names));
    if (held?.processes.size === 0 && held.leases.size === 0) instances.delete(keyOf(names));
    if (instances.size === 0) onEmpty();
  };
  const open = (record: InstanceRecord): Held => {
    const found = instances.get(keyOf(record));
    const held = { processes: found?.processes ?? new Map(), leases: found?.leases ?? new Map(), record };
    instances.set(keyOf(record), held);
    return held;
  };
  const end = async (held: Held, labels: readonly string[]): Promise<void> => {
    const ending = labels.flatMap((label) => held.processes.get(label)?.process ?? []);
    for (const label of labels) held.processes.delete(label);
    changed();
    await Promise.all(ending.map((process) => process.stop()));
  };

  return {
    list: () => [...instances.values()].map(describe),
    start: async ({ record, processes }) => {
      const before = open(record);
      const asked = new Map(processes.map((request) => [request.label, request]));
      const stale = [...before.processes].filter(([label, { request, process }]) => {
        const same = fingerprint(asked.get(label)) === fingerprint(request);
        return !same || isOver(process.state);
      });
      await end(
        before,
        stale.map(([label]) => label),
      );
      // A lease that was given back meanwhile may have taken the instance along.
      const held = open(record);
      for (const [label, request] of asked) {
        if (held.processes.has(label)) continue;
        held.processes.set(label, {
          request,
          process: startProcess(record, request, changed),
          startedAt: Date.now(),
        });
      }
      settle(record);
    },
    stop: async (names) => {
      const held = instances.get(keyOf(names));
      if (held === undefined || held.processes.size === 0) return false;
      await end(held, [...held.processes.keys()]);
      settle(names);
      return true;
    },
    lease: (request) => {
      const { leases, processes } = open(request.record);
      if (leases.has(request.label) || processes.has(request.label)) return undefined;
      const lease = { ...request, startedAt: Date.now() };
      leases.set(request.label, lease);
      changed();
      return () => {
        if (leases.get(request.label) !== lease) return;
        leases.delete(request.label);
        settle(request.record);
      };
    },
    close: async () => {
      await Promise.all([...instances.values()].map((held) => end(held, [...held.processes.keys()])));
    },
  };
}

const isOver = (state: HeldRoute["state"]): boolean =>
  state === "exited" || state === "failed" || state === "stopped" || state === "crash-loop";

/** A terminal's own variables differ from one call to the next, and restart nothing. */
function fingerprint(request: ProcessRequest | undefined): string {
  return JSON.stringify({ ...request, inherited: undefined });
}

function upstreamsOf({ record, processes, leases }: Held): HeldUpstream[] {
  const { project, instance } = record;
  return [
    ...[...processes].map(([label, { process }]) => ({
      project,
      instance,
      label,
      upstream: process.port,
      starting: process.state === "starting" || process.state === "restarting",
      lastLines: (): Promise<readonly string[]> => process.lastLines(20),
    })),
    ...[...leases].map(([label, { port }]) => ({
      project,
      instance,
      label,
      upstream: port,
      starting: false,
      lastLines: async () => [],
    })),
  ];
}

function describe({ record, processes, leases }: Held): HeldInstance {
  const routes: HeldRoute[] = [
    ...[...processes].map(
      ([
        label,
        {
          process: { port, host, state, error },
          request,
          startedAt,
        },
      ]) => ({
        label,
        port,
        host,
        state,
        error,
        command: request.command,
        askedPort: request.port,
        startedAt,
        leased: false,
      }),
    ),
    ...[...leases].map(([label, { port, command, startedAt }]) => ({
      command,
      label,
      port,
      host: "127.0.0.1" as const,
      state: "up" as const,
      error: null,
      askedPort: port,
      startedAt,
      leased: true,
    })),
  ];
  return { record, routes: routes.sort((a, b) => (a.label < b.label ? -1 : 1)) };
}
