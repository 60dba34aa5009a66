import type { Socket } from "node:net";
import type { InstanceRecord } from "@cspace/compose";
import type { ProcessHandOver, RunningProcess } from "@cspace/processes";
import type { Held, HeldProcess, Started } from "../hold/held.ts";
import type { ProcessRequest } from "../protocol.ts";
import type { FromPredecessor, HandedInstance, HandedLease, HandedProcess, PastProcess } from "./messages.ts";

/** A socket that belongs to what is handed over, and how it is announced. */
type Handed<Kind extends FromPredecessor["kind"]> = Extract<FromPredecessor, { kind: Kind }> & {
  readonly socket: Socket;
};

/** All that a holder holds, for another one. */
export interface HolderHandOver {
  readonly instances: readonly HandedInstance[];
  readonly leases: readonly Handed<"lease">[];
  readonly streams: readonly Handed<"stream">[];
  /** Holds nothing of it any more. Resolves when no more is written of it. */
  readonly letGo: () => Promise<void>;
  /** Goes on as before. */
  readonly keep: () => void;
}

/** An instance that another holder has handed over. */
export interface AdoptedInstance {
  readonly record: InstanceRecord;
  readonly processes: readonly (Omit<HandedProcess, "run"> & { readonly running: RunningProcess | null })[];
  readonly leases: readonly (HandedLease & { readonly connection: Socket })[];
}

/** Prepares to hand over all that a holder holds. */
export async function offerInstances(
  all: readonly Held[],
): Promise<Omit<HolderHandOver, "letGo"> & { readonly processes: readonly ProcessHandOver[] }> {
  const offered = await Promise.all(all.map(offerInstance));
  const processes = offered.flatMap((one) => one.processes);
  return {
    instances: offered.map(({ instance }) => instance),
    leases: offered.flatMap(({ leases }, instance) => leases.map((one) => ({ ...one, instance }))),
    streams: offered.flatMap(({ streams }, instance) => streams.map((one) => ({ ...one, instance }))),
    processes,
    keep: () => {
      for (const one of processes) one.keep();
    },
  };
}

interface OfferedInstance {
  readonly instance: HandedInstance;
  readonly leases: readonly Handed<"lease">[];
  readonly streams: readonly Handed<"stream">[];
  readonly processes: readonly ProcessHandOver[];
}

async function offerInstance({ record, processes: started, leases }: Held): Promise<OfferedInstance> {
  const offered = await Promise.all(
    [...started.values()].map(async (one) => ({ ...one, handOver: (await one.process.handOver()) ?? ofStopped(one) })),
  );
  // What is being stopped is handed to nobody.
  const kept = offered.flatMap(({ handOver, ...one }) => (handOver === null ? [] : [{ ...one, handOver }]));
  const handed = await Promise.all(
    kept.map(async ({ request, startedAt, refused = [], process, handOver: { running } }): Promise<HandedProcess> => {
      const handed = { request, startedAt, refused };
      const { state, error } = process;
      const hasEnded = running === null && ["exited", "failed", "stopped"].includes(state);
      const past = hasEnded ? { state, error, lines: await process.lastLines(1000) } : null;
      if (running === null) return { ...handed, run: null, past };
      const { sockets: _sockets, ...run } = running;
      return { ...handed, run, past };
    }),
  );
  const streams = kept.flatMap(({ handOver: { running } }, process): Handed<"stream">[] => {
    const { sockets } = running ?? {};
    if (sockets === undefined) return [];
    return (["stdin", "stdout", "stderr"] as const).flatMap((stream) =>
      sockets[stream].destroyed ? [] : [{ kind: "stream", instance: 0, process, stream, socket: sockets[stream] }],
    );
  });
  const connections = [...leases.values()].map(
    ({ connection: socket }, lease): Handed<"lease"> => ({ kind: "lease", instance: 0, lease, socket }),
  );
  return {
    instance: {
      record,
      processes: handed,
      leases: [...leases.values()].map(({ request, startedAt }) => ({ request, startedAt })),
    },
    leases: connections,
    streams,
    processes: kept.map(({ handOver }) => handOver),
  };
}

/** Of one that was stopped, and is still known, there is nothing to hand over but that. */
function ofStopped({ process }: Started): ProcessHandOver | null {
  if (process.state !== "stopped") return null;
  return { running: null, letGo: async () => undefined, keep: () => undefined };
}

/** One that has ended under another holder: there is nothing of it but what it left. */
export function describePast({ port }: ProcessRequest, { state, error, lines }: PastProcess): HeldProcess {
  return {
    state,
    error,
    pid: null,
    port,
    host: "127.0.0.1",
    lastLines: async (count) => lines.slice(-count),
    stop: async () => undefined,
    handOver: async () => ({ running: null, letGo: async () => undefined, keep: () => undefined }),
  };
}
