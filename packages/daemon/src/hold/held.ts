import type { Socket } from "node:net";
import type { InstanceRecord } from "@cspace/compose";
import type { ProcessHandOver } from "@cspace/processes";
import type { HeldRoute, LeaseRequest, ProcessRequest } from "../protocol.ts";

/** A process that is looked after, as far as the holder needs it. */
export interface HeldProcess {
  readonly state: HeldRoute["state"];
  /** The pid of the one that runs, which is also its group's. */
  readonly pid: number | null;
  readonly port: number;
  readonly host: HeldRoute["host"];
  readonly error: HeldRoute["error"];
  readonly lastLines: (count: number) => Promise<readonly string[]>;
  readonly stop: () => Promise<void>;
  /** As of @cspace/processes. */
  readonly handOver: () => Promise<ProcessHandOver | null>;
}

/** A process, and what it was asked for as. */
export interface Started {
  readonly request: ProcessRequest;
  readonly process: HeldProcess;
  /** Hostnames that it was found to refuse. @default none */
  readonly refused?: readonly string[];
  readonly startedAt: number;
}

/** A route that a foreground command holds by its connection. */
export interface Leased {
  readonly request: LeaseRequest;
  readonly startedAt: number;
  readonly connection: Socket;
}

/** An instance that is held. */
export interface Held {
  readonly record: InstanceRecord;
  readonly processes: Map<string, Started>;
  readonly leases: Map<string, Leased>;
}
