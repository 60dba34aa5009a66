import { CspaceError } from "@cspace/errors";
import type { Route } from "../documents.ts";
import type { InstancesErrorCode } from "../instances-error-code.ts";
import { createContext, type InstanceOptions } from "../options.ts";
import { describeRoute } from "./describe-listed.ts";
import { findKnown } from "./find-known.ts";
import { pickRoute } from "./pick-route.ts";

/** Options of {@link findRoute}. */
export interface FindRouteOptions extends InstanceOptions {
  /** @default the only one there is */
  readonly label?: string | undefined;
  /** Who the URL is for: a browser finds `*.localhost` by itself. @default "program" */
  readonly reader?: "program" | "browser" | undefined;
}

/**
 * Finds one route of an instance that has a URL for this reader right now. One that sleeps, and that no request of this reader's
 * would wake, is woken.
 *
 * @throws {CspaceError} `CSPACE_LABEL_UNKNOWN`; `CSPACE_ROUTE_DOWN` when this reader has no URL; the engine's or the
 * daemon's error when that alone could tell; `CSPACE_INSTANCE_UNKNOWN`, `CSPACE_INSTANCE_AMBIGUOUS`.
 * @example
 * ```ts
 * const { url } = await findRoute({ label: "api" });
 * ```
 */
export async function findRoute(options: FindRouteOptions = {}): Promise<Route> {
  return await find(options, true);
}

async function find(options: FindRouteOptions, mayWake: boolean): Promise<Route> {
  const { label, reader = "program" } = options;
  const { known, instance } = await findKnown(createContext(options));
  const route = await describeRoute(instance, pickRoute(instance, label), known.evidence);
  if ((reader === "program" ? route.url : route.browserUrl) !== null) return route;
  if (instance.state === "asleep" && mayWake) {
    // No request under a name that this reader does not find would wake it; awake it has a port.
    const { wakeInstance } = await import("../life/sleep-instance.ts");
    const same = { ...options, project: instance.project, instance: instance.instance };
    await wakeInstance({ ...same, waitMs: null });
    return await find({ ...same, label: route.label }, false);
  }
  if (known.silence !== null) throw known.silence;
  throw new CspaceError<InstancesErrorCode>(
    "CSPACE_ROUTE_DOWN",
    `${route.label} has no URL right now: ${route.reason}`,
    { hint: `start it: cspace up ${instance.instance}` },
  );
}
