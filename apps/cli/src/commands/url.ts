import { listInstances } from "@cspace/compose";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { describeRoute } from "../core/describe-instance.ts";
import type { Route } from "../core/documents.ts";
import { pickInstance, readScope } from "../core/find-instance.ts";
import { openEngine } from "../core/open-engine.ts";
import { pickRoute, routeDown } from "../core/pick-route.ts";
import { readEvidence } from "../core/read-evidence.ts";

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
  if (route.url === null) throw routeDown(route, listed.instance);
  return { route };
}

/** Renders the URL alone. */
export function render({ route }: UrlDocument): string {
  return route.url ?? "";
}
