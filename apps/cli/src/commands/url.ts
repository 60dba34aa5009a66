import { type ListedInstance, type ListedRoute, listInstances } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { describeRoute } from "../core/describe-instance.ts";
import type { Route } from "../core/documents.ts";
import { pickInstance, readScope } from "../core/find-instance.ts";
import { openEngine } from "../core/open-engine.ts";
import { readEvidence } from "../core/read-evidence.ts";
import type { CliErrorCode } from "../errors.ts";

interface UrlDocument {
  readonly route: Route;
}

/** Gives exactly one URL, for a program to read. */
export async function run(context: Context, args: CommandArgs): Promise<UrlDocument> {
  const [scope, machine] = await Promise.all([readScope(context), openEngine(context)]);
  const [all, evidence] = await Promise.all([
    listInstances({ engine: machine.engine, project: scope.projectSlug }),
    readEvidence(context, machine),
  ]);
  const listed = pickInstance(all, { scope, name: context.flags.instance });
  const found = pickRoute(listed, typeof args.label === "string" ? args.label : undefined);
  const route = await describeRoute(listed, found, evidence);
  if (route.url !== null) return { route };
  throw new CspaceError<CliErrorCode>("CSPACE_ROUTE_DOWN", `${route.label} has no URL right now: ${route.reason}`, {
    hint: `start it: cspace up ${listed.instance}`,
  });
}

/** Renders the URL alone. */
export function render({ route }: UrlDocument): string {
  return route.url ?? "";
}

function pickRoute({ routes, instance }: ListedInstance, label: string | undefined): ListedRoute {
  const found = label === undefined && routes.length === 1 ? routes[0] : routes.find((route) => route.label === label);
  if (found !== undefined) return found;
  const what = label === undefined ? "which route is meant is not clear" : `${instance} has no route ${label}`;
  throw new CspaceError<CliErrorCode>("CSPACE_LABEL_UNKNOWN", what, {
    hint: `there are: ${routes.map((route) => route.label).join(", ") || "none"}`,
  });
}
