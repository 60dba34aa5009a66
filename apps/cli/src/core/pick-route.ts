import type { ListedInstance, ListedRoute } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import type { CliErrorCode } from "../errors.ts";
import type { Route } from "./documents.ts";

/**
 * The route of an instance that is named, or its only one.
 *
 * @throws {CspaceError} `CSPACE_LABEL_UNKNOWN`, listing what there is.
 */
export function pickRoute({ routes, instance }: ListedInstance, label: string | undefined): ListedRoute {
  const found = label === undefined && routes.length === 1 ? routes[0] : routes.find((route) => route.label === label);
  if (found !== undefined) return found;
  const what = label === undefined ? "which route is meant is not clear" : `${instance} has no route ${label}`;
  throw new CspaceError<CliErrorCode>("CSPACE_LABEL_UNKNOWN", what, {
    hint: `there are: ${routes.map((route) => route.label).join(", ") || "none"}`,
  });
}

/** The error for a route of an instance that nothing serves. */
export function routeDown({ label, reason }: Route, instance: string): CspaceError<CliErrorCode> {
  return new CspaceError("CSPACE_ROUTE_DOWN", `${label} has no URL right now: ${reason}`, {
    hint: `start it: cspace up ${instance}`,
  });
}
