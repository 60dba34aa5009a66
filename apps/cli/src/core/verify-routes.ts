import { listInstances } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import type { Context } from "../context.ts";
import type { CliErrorCode } from "../errors.ts";
import { describeInstance, type EvidenceOptions } from "./describe-instance.ts";
import type { Instance } from "./documents.ts";
import { type MachineInstance, mergeInstances } from "./machine-instances.ts";
import type { Machine } from "./open-engine.ts";

/** Options of {@link verifyRoutes}. */
export interface VerifyRoutesOptions {
  readonly project: string;
  readonly instance: string;
  readonly evidence: EvidenceOptions;
  /** How long a route that does not answer yet may take, in milliseconds; 0: look once. */
  readonly patienceMs: number;
}

/** Sends a real request through the proxy for every route, again until all answer or patience ends. */
export async function verifyRoutes(
  context: Context,
  machine: Machine,
  options: VerifyRoutesOptions,
): Promise<Instance> {
  const { project, instance, evidence, patienceMs } = options;
  const deadline = Date.now() + patienceMs;
  for (;;) {
    context.signal.throwIfAborted();
    const listed = (await listInstances({ engine: machine.engine, project })).find((one) => one.instance === instance);
    if (listed === undefined) {
      throw new CspaceError<CliErrorCode>("CSPACE_INSTANCE_UNKNOWN", `the instance ${instance} was removed meanwhile`, {
        hint: `start it again: cspace up ${instance}`,
      });
    }
    const [merged] = mergeInstances([listed], []);
    const described = await describeInstance(merged as MachineInstance, evidence);
    const settled = described.routes.every((route) => route.health === "up" && route.browserUrl !== route.localUrl);
    if (settled || Date.now() >= deadline) return described;
    await new Promise((done) => setTimeout(done, 100));
  }
}
