import type { Socket } from "node:net";
import type { InstanceRecord } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import type { RunningProcess } from "@cspace/processes";
import type { DaemonErrorCode } from "../daemon-error-code.ts";
import { type AdoptedInstance, describePast, type HolderHandOver, offerInstances } from "../hand-over/estate.ts";
import {
  type ControlRequest,
  type HeldInstance,
  isOver,
  type LeaseRequest,
  type ProcessPlace,
  type ProcessRequest,
  type RefusalRequest,
  type StartRequest,
} from "../protocol.ts";
import { describeHeld, type HeldUpstream, upstreamsOf } from "./describe-held.ts";
import type { Held, HeldProcess, Leased, Started } from "./held.ts";

type Names = Pick<InstanceRecord, "project" | "instance">;

/** Options of {@link createHolder}. */
export interface HolderOptions {
  /** Starts a process and looks after it; `onChange` is called whenever its state or port is another. */
  readonly startProcess: (
    names: Names,
    request: ProcessRequest,
    onChange: () => void,
    /** One that runs already, to go on with instead. */
    running?: RunningProcess,
  ) => HeldProcess;
  /** Called with all routes whenever one is another. */
  readonly onRoutes: (routes: readonly HeldUpstream[]) => void;
  /** Called when the last process and the last lease is gone. */
  readonly onEmpty: () => void;
}

/** Everything that the daemon keeps alive: the processes of instances, and the routes of foreground commands. */
export interface Holder {
  readonly list: () => readonly HeldInstance[];
  /**
   * Starts what differs from what runs, and ends what is not asked for any more.
   *
   * @throws {CspaceError} `CSPACE_LABEL_TAKEN` when a lease has one of the labels; then nothing is changed.
   */
  readonly start: (request: StartRequest) => Promise<void>;
  /** Ends the processes of an instance; leases end with those who hold them. Whether there were any. */
  readonly stop: (names: Names) => Promise<boolean>;
  /** Ends processes, or starts those that have ended as they were asked for; they stay known. Gives the labels it was done to. */
  readonly control: (request: ControlRequest) => Promise<readonly string[]>;
  /** Where a process runs; `undefined` where there is none of that label. */
  readonly place: (names: Names & { readonly label: string }) => ProcessPlace | undefined;
  /** Takes a label for as long as a connection is open; `false` when the label is taken. */
  readonly lease: (request: LeaseRequest, connection: Socket) => boolean;
  /** Keeps which hostnames a process was found to refuse, for as long as it runs. */
  readonly refuse: (request: RefusalRequest) => void;
  readonly handOver: () => Promise<HolderHandOver>;
  /** Goes on with what another one has handed over. */
  readonly adopt: (instances: readonly AdoptedInstance[]) => void;
  readonly close: () => Promise<void>;
}

/** Makes a holder of nothing. */
export function createHolder({ startProcess, onRoutes, onEmpty }: HolderOptions): Holder {
  const instances = new Map<string, Held>();
  const keyOf = ({ project, instance }: Names): string => `${project}--${instance}`;

  // What another one goes on with is served here as it was, until the last request of it is answered.
  let isLetGo = false;
  const changed = (): void => {
    if (!isLetGo) onRoutes([...instances.values()].flatMap(upstreamsOf));
  };
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

  const addLease = (lease: Leased): void => {
    const { record, label } = lease.request;
    if (lease.connection.destroyed) {
      settle(record);
      return;
    }
    const { leases } = open(record);
    leases.set(label, lease);
    // The connection is the lease: it ends with the one who holds it, however that ends.
    lease.connection.once("close", () => {
      if (leases.get(label) !== lease) return;
      leases.delete(label);
      settle(record);
    });
    changed();
  };

  return {
    list: () => [...instances.values()].map(describeHeld),
    start: async ({ record, processes }) => {
      const before = open(record);
      const asked = new Map(processes.map((request) => [request.label, request]));
      const taken = [...before.leases.values()].find(({ request }) => asked.has(request.label));
      if (taken !== undefined) throw labelTaken(taken.request);
      const stale = [...before.processes].filter(([label, { request, process }]) => {
        const same = fingerprint(asked.get(label)) === fingerprint(request);
        return !same || isOver(process.state) || process.state === "crash-loop";
      });
      await end(
        before,
        stale.map(([label]) => label),
      );
      // A lease that was given back meanwhile may have taken the instance along.
      const held = open(record);
      // A command may have taken a label while another process of it ended.
      const since = [...held.leases.values()].find(({ request }) => asked.has(request.label));
      if (since !== undefined) {
        settle(record);
        throw labelTaken(since.request);
      }
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
    control: async ({ action, labels, ...names }) => {
      const held = instances.get(keyOf(names));
      const all = [...(held?.processes.keys() ?? [])].filter((label) => labels?.includes(label) !== false);
      const ended = ({ process }: Started): boolean => isOver(process.state) || process.state === "crash-loop";
      const affected = all.filter((label) => {
        const isEnded = ended(held?.processes.get(label) as Started);
        return action === "start" ? isEnded : action === "restart" || !isEnded;
      });
      // It goes on being known while it ends, and afterwards.
      await Promise.all(affected.map((label) => held?.processes.get(label)?.process.stop()));
      if (action !== "stop") {
        for (const label of affected) {
          const before = held?.processes.get(label);
          // Another call may have taken it away, or started it, meanwhile.
          if (held === undefined || before === undefined || !isOver(before.process.state)) continue;
          const { request } = before;
          const process = startProcess(held.record, request, changed);
          held.processes.set(label, { request, process, startedAt: Date.now() });
        }
      }
      settle(names);
      return affected;
    },
    place: ({ label, ...names }) => {
      const started = instances.get(keyOf(names))?.processes.get(label);
      if (started === undefined) return undefined;
      const { request, process } = started;
      const own = { ...request.inherited, ...request.env, PORT: String(process.port), HOST: process.host };
      const env = Object.entries(own).filter((entry): entry is [string, string] => entry[1] !== undefined);
      return { cwd: request.cwd, env: Object.fromEntries(env) };
    },
    refuse: ({ label, hostnames, ...names }) => {
      const processes = instances.get(keyOf(names))?.processes;
      const started = processes?.get(label);
      if (started !== undefined) processes?.set(label, { ...started, refused: hostnames });
    },
    lease: (request, connection) => {
      const { leases, processes } = open(request.record);
      if (leases.has(request.label) || processes.has(request.label)) return false;
      addLease({ request, startedAt: Date.now(), connection });
      return true;
    },
    handOver: async () => {
      const all = [...instances.values()];
      const { processes, ...offer } = await offerInstances(all);
      return {
        ...offer,
        letGo: async () => {
          isLetGo = true;
          instances.clear();
          for (const { leases } of all) leases.clear();
          await Promise.all(processes.map((one) => one.letGo()));
        },
      };
    },
    adopt: (adopted) => {
      for (const { record, processes, leases } of adopted) {
        const held = open(record);
        for (const { request, startedAt, refused = [], running, past } of processes) {
          const process =
            past === null ? startProcess(record, request, changed, running ?? undefined) : describePast(request, past);
          held.processes.set(request.label, { request, process, startedAt, refused });
        }
        for (const lease of leases) addLease(lease);
        settle(record);
      }
    },
    close: async () => {
      await Promise.all([...instances.values()].map((held) => end(held, [...held.processes.keys()])));
    },
  };
}

function labelTaken({ label, command, record }: LeaseRequest): CspaceError<DaemonErrorCode> {
  return new CspaceError("CSPACE_LABEL_TAKEN", `${label} of ${record.instance} is served by a command: ${command}`, {
    hint: "end that command, which another terminal has in its foreground, then run this again",
  });
}

/** A terminal's own variables differ from one call to the next, and restart nothing. */
function fingerprint(request: ProcessRequest | undefined): string {
  return JSON.stringify({ ...request, inherited: undefined });
}
