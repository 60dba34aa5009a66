import {
  type EngineReader,
  type EnsuredProxy,
  type InstancePlan,
  type InstanceRecord,
  requireNoFailure,
} from "@cspace/compose";
import type { Targets } from "../life/choose-targets.ts";
import type { Machine } from "../machine/open-engine.ts";
import type { Host } from "../machine/open-host.ts";
import type { Context } from "../options.ts";
import type { ProcessFront } from "../proxy/serve-processes.ts";
import { type VerifiedRoutes, verifyRoutes } from "./verify-routes.ts";

/** The containers of an instance, after they were started. */
export interface StartedContainers {
  readonly machine: Machine;
  readonly plan: InstancePlan;
  readonly proxy: EnsuredProxy;
  /** The services whose containers were started just now. */
  readonly started: readonly string[];
  /** When they have been waited for long enough, as `Date.now()` counts; `undefined`: nothing was waited for. */
  readonly deadline: number | undefined;
  /** The engine as it was a moment ago; `undefined` when something was changed or waited for since. */
  readonly snapshot: EngineReader | undefined;
}

/** How long a route of what was started just now may take to answer, in milliseconds: some servers compile a page first. */
const answerMs = 10_000;

/** How long a proxy that was started or told just now may take to serve what there is, in milliseconds. */
const settleMs = 3000;

/** What was started, and whether it is waited for. */
export interface VerifyStartedOptions {
  readonly record: InstanceRecord;
  readonly host: Host;
  readonly containers: StartedContainers | undefined;
  /** Where its processes are served; `undefined` without any. */
  readonly front: ProcessFront | undefined;
  /** What was to be started. */
  readonly part: Targets;
  readonly wait: boolean;
  /** For this look, in milliseconds. @default as long as what was started may take */
  readonly atMostMs?: number;
}

/**
 * Asks for every route until all answer or patience ends, and gives the instance either way.
 *
 * @throws {CspaceError} `CSPACE_CONTAINER_FAILED` for a container that has failed since it was started.
 */
export async function verifyStarted(
  context: Context,
  { record, host, containers, front, part, wait, atMostMs = Number.POSITIVE_INFINITY }: VerifyStartedOptions,
): Promise<VerifiedRoutes & { readonly changed: true }> {
  const { plan, proxy, started = [], deadline = Number.POSITIVE_INFINITY, machine, snapshot } = containers ?? {};
  const isFresh = plan?.routes.some(({ service }) => started.includes(service)) === true;
  const patienceMs = isFresh || front !== undefined ? answerMs : proxy?.changed === true ? settleMs : 0;
  const verified = await verifyRoutes(context, {
    record,
    host,
    // One of both was started.
    ...((front ?? proxy) as Pick<ProcessFront, "httpPort" | "httpsPort" | "domains">),
    snapshot,
    hasProcesses: front !== undefined,
    part,
    patienceMs: wait ? Math.max(0, Math.min(patienceMs, atMostMs, deadline - Date.now())) : 0,
  });
  if (wait && started.length > 0 && plan !== undefined && machine !== undefined) {
    await requireNoFailure(plan, machine.engine);
  }
  return { changed: true, ...verified };
}
