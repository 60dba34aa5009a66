import { CspaceError, isCspaceError } from "@cspace/errors";
import type { Context } from "../context.ts";
import type { CliErrorCode } from "../errors.ts";
import { describeRoute } from "./describe-instance.ts";
import type { Route } from "./documents.ts";
import { mayHaveContainers, pickInstance, readScope } from "./find-instance.ts";
import type { MachineInstance, MachineRoute } from "./machine-instances.ts";
import { type Known, readKnown } from "./read-known.ts";

/**
 * Finds one route of the instance that a command works on, with the URLs that are right now.
 *
 * @throws {CspaceError} `CSPACE_LABEL_UNKNOWN`; `CSPACE_ROUTE_DOWN` when this reader has no URL; the engine's or the
 * daemon's error when that alone could tell.
 */
export async function findRoute(
  context: Context,
  label: string | undefined,
  reader: "program" | "browser",
): Promise<Route> {
  const { known, instance } = await findKnown(context, context.flags.instance);
  const route = await describeRoute(instance, pickRoute(instance, label), known.evidence);
  if ((reader === "program" ? route.url : route.browserUrl) !== null) return route;
  if (known.silence !== null) throw known.silence;
  throw new CspaceError<CliErrorCode>("CSPACE_ROUTE_DOWN", `${route.label} has no URL right now: ${route.reason}`, {
    hint: `start it: cspace up ${instance.instance}`,
  });
}

/** Finds the instance that a command works on, also where the engine does not answer. */
export async function findKnown(
  context: Context,
  name: string | undefined,
): Promise<{ readonly known: Known; readonly instance: MachineInstance }> {
  const scope = await readScope(context);
  const known = await readKnown(context, scope.projectSlug, { containers: mayHaveContainers(scope) });
  try {
    return { known, instance: pickInstance(known.instances, { scope, name }) };
  } catch (error) {
    if (!isCspaceError(error) || error.code !== "CSPACE_INSTANCE_UNKNOWN") throw error;
    throw known.silence ?? known.daemonSilence ?? error;
  }
}

function pickRoute({ routes, instance }: MachineInstance, label: string | undefined): MachineRoute {
  const found = label === undefined && routes.length === 1 ? routes[0] : routes.find((route) => route.label === label);
  if (found !== undefined) return found;
  const what = label === undefined ? "which route is meant is not clear" : `${instance} has no route ${label}`;
  throw new CspaceError<CliErrorCode>("CSPACE_LABEL_UNKNOWN", what, {
    hint: `there are: ${routes.map((route) => route.label).join(", ") || "none"}`,
  });
}
