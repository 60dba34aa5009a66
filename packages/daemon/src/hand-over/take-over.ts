import type { Socket as DatagramSocket } from "node:dgram";
import { type Server, Socket } from "node:net";
import type { ProcessSockets } from "@cspace/processes";
import type { EngineWatch } from "../engines/create-engine-watch.ts";
import type { Direct } from "../gateway/create-direct.ts";
import type { Front } from "../gateway/create-front.ts";
import type { Holder } from "../hold/holder.ts";
import type { Watcher } from "../watch/create-watcher.ts";
import type { AdoptedInstance } from "./estate.ts";
import type { Estate, FromPredecessor, FromSuccessor } from "./messages.ts";

/** The daemon that has started this one, to be replaced by it. */
export interface Predecessor {
  readonly say: (kind: FromSuccessor["kind"]) => void;
  readonly onMessage: (listener: (message: FromPredecessor, socket: unknown) => void) => void;
  readonly onGone: (listener: () => void) => void;
}

/** The one at the other end of this process's channel; `undefined` where there is no channel. */
export function findPredecessor(self: NodeJS.Process): Predecessor | undefined {
  if (self.send === undefined) return undefined;
  return {
    // It may be gone, and then there is nobody to tell.
    say: (kind) => void self.send?.({ kind } satisfies FromSuccessor, undefined, undefined, () => undefined),
    onMessage: (listener) => void self.on("message", (message, socket) => listener(message as FromPredecessor, socket)),
    onGone: (listener) => void self.once("disconnect", listener),
  };
}

/** Who goes on with what is handed over. */
export interface TakeOverOptions {
  readonly holder: Pick<Holder, "adopt">;
  readonly engines: Pick<EngineWatch, "watch">;
  readonly watcher: Pick<Watcher, "watch">;
  readonly direct: Pick<Direct, "adopt">;
  readonly front: Pick<Front, "adopt">;
}

/**
 * Goes on with what another daemon hands over, each listening socket from the moment it comes. Resolves when the daemon's
 * own socket is free for this one; rejects when the other went away before.
 */
export function takeOver(predecessor: Predecessor, options: TakeOverOptions): Promise<void> {
  const { holder, engines, watcher, direct, front } = options;
  const streams = new Map<string, Partial<Record<keyof ProcessSockets, Socket>>>();
  const connections = new Map<string, Socket>();
  let estate: Estate = { instances: [], direct: null, front: null };
  let released = (): void => undefined;
  const release = new Promise<void>((resolve) => {
    released = resolve;
  });
  const socketsOf = async (key: string): Promise<ProcessSockets> => {
    await release;
    const { stdin = closed(), stdout = closed(), stderr = closed() } = streams.get(key) ?? {};
    return { stdin, stdout, stderr };
  };

  const begin = (): void => {
    holder.adopt(
      estate.instances.map(
        ({ record, processes, leases }, instance): AdoptedInstance => ({
          record,
          processes: processes.map(({ run, ...process }, index) => {
            return { ...process, running: run && { ...run, sockets: socketsOf(`${instance} ${index}`) } };
          }),
          leases: leases.flatMap((lease, index) => {
            const connection = connections.get(`${instance} ${index}`);
            // Whoever held it has gone meanwhile.
            return connection === undefined ? [] : [{ ...lease, connection }];
          }),
        }),
      ),
    );
    for (const endpoint of estate.engines ?? []) engines.watch(endpoint);
    for (const watched of estate.watches ?? []) watcher.watch(watched);
    if (estate.direct !== null) direct.adopt.begin(estate.direct);
    if (estate.front !== null) front.adopt.begin(estate.front);
  };

  return new Promise((resolve, reject) => {
    predecessor.onGone(() => {
      // One that was killed after this one serves has let go as well.
      released();
      reject(new Error("the daemon that is to be replaced is gone"));
    });
    predecessor.onMessage((message, socket) => {
      switch (message.kind) {
        case "estate":
          estate = message.estate;
          return;
        case "stream": {
          const key = `${message.instance} ${message.process}`;
          if (socket !== undefined) streams.set(key, { ...streams.get(key), [message.stream]: socket as Socket });
          return;
        }
        case "lease":
          if (socket !== undefined) connections.set(`${message.instance} ${message.lease}`, watch(socket as Socket));
          return;
        case "begin":
          return begin();
        case "listener": {
          const { protocol, gateway } = message;
          (gateway === "direct" ? direct : front).adopt.socket({ protocol, handle: socket as Server | DatagramSocket });
          return;
        }
        case "listening":
          return predecessor.say("ready");
        case "alone":
          return resolve();
        case "released":
          return released();
      }
    });
    predecessor.say("here");
  });
}

/** What a process has closed itself. */
const closed = (): Socket => new Socket().destroy();

/** Nothing comes through a lease, but its end is to be noticed. */
const watch = (connection: Socket): Socket => connection.on("error", () => undefined).resume();
