import type { FurtherAddress, GatewaySocket } from "@cspace/gateway";
import type { ProcessSockets, RunningProcess } from "@cspace/processes";
import type { GatewayPorts } from "../gateway/listen-on-first.ts";
import type { HeldRoute, LeaseRequest, ProcessRequest, StartRequest, WatchRequest } from "../protocol.ts";

/** What of a process stands in a message; its sockets follow. */
export type HandedRun = Omit<RunningProcess, "sockets">;

/** A process that has ended and stays as it is, for people to read why. */
export interface PastProcess {
  readonly state: HeldRoute["state"];
  readonly error: HeldRoute["error"];
  readonly lines: readonly string[];
}

/** A process that is handed on: one that runs, one that has ended, or one that is to be started. */
export interface HandedProcess {
  readonly request: ProcessRequest;
  readonly startedAt: number;
  /** @default none */
  readonly refused?: readonly string[];
  readonly run: HandedRun | null;
  readonly past: PastProcess | null;
}

/** A lease that is handed on; its connection follows. */
export interface HandedLease {
  readonly request: LeaseRequest;
  readonly startedAt: number;
}

/** An instance that is handed on. */
export interface HandedInstance {
  readonly record: StartRequest["record"];
  readonly processes: readonly HandedProcess[];
  readonly leases: readonly HandedLease[];
}

/** All that is handed on, but for the sockets. */
export interface Estate {
  readonly instances: readonly HandedInstance[];
  /** The containers that are watched. @default none */
  readonly watches?: readonly WatchRequest[];
  /** The engines on which it looks after containers. @default none */
  readonly engines?: readonly string[];
  /** The gateway as this machine's proxy; `null`: it is not. */
  readonly direct: GatewayPorts | null;
  /** The gateway behind another proxy; `null`: it is not. */
  readonly front: { readonly further: FurtherAddress | null; readonly port: number } | null;
}

/** Which gateway a listening socket is of. */
export type GatewayName = "direct" | "front";

/**
 * What a daemon says to the one that it has started, in this order, one message after the other. Those of sockets carry
 * one. `instance` and `process` are places in the estate's lists.
 */
export type FromPredecessor =
  | { readonly kind: "estate"; readonly estate: Estate }
  | { readonly kind: "lease"; readonly instance: number; readonly lease: number }
  | { readonly kind: "begin" }
  | { readonly kind: "listener"; readonly gateway: GatewayName; readonly protocol: GatewaySocket["protocol"] }
  | { readonly kind: "listening" }
  | { readonly kind: "alone" }
  // Who gets a stream reads from it: so none is given away before the other one serves.
  | {
      readonly kind: "stream";
      readonly instance: number;
      readonly process: number;
      readonly stream: keyof ProcessSockets;
    }
  | { readonly kind: "released" };

/** What it is told: that the other one reads, that it serves beside it, that it serves alone. */
export type FromSuccessor = { readonly kind: "here" } | { readonly kind: "ready" } | { readonly kind: "serving" };
