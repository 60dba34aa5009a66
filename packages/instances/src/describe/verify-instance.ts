import { setTimeout } from "node:timers/promises";
import type { Instance } from "../documents.ts";
import { createContext, type InstanceOptions } from "../options.ts";
import { describeInstance } from "./describe-instance.ts";
import { isSettled } from "./is-settled.ts";

/** Options of {@link verifyInstance}. */
export interface VerifyInstanceOptions extends InstanceOptions {
  /** How long a route that does not answer yet may take, in milliseconds; 0: look once. @default 10_000 */
  readonly patienceMs?: number | undefined;
}

/**
 * Sends a real request for every route of an instance, again until all answer by their hostnames or patience ends, and
 * gives the instance either way: `health` says which do.
 *
 * @throws {CspaceError} as `describeInstance`.
 * @example
 * ```ts
 * const { routes } = await verifyInstance({ instance: "mercury" });
 * const silent = routes.filter(({ health }) => health !== "up");
 * ```
 */
export async function verifyInstance(options: VerifyInstanceOptions = {}): Promise<Instance> {
  const { patienceMs = 10_000 } = options;
  const { signal } = createContext(options);
  for (const end = Date.now() + patienceMs; ; await setTimeout(100)) {
    signal.throwIfAborted();
    const instance = await describeInstance(options);
    if (isSettled(instance) || Date.now() >= end) return instance;
  }
}
