import { listInstances } from "@cspace/compose";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { describeRoute } from "../core/describe-instance.ts";
import type { Route } from "../core/documents.ts";
import { pickInstance, readScope } from "../core/find-instance.ts";
import { openBrowser } from "../core/open-browser.ts";
import { openEngine } from "../core/open-engine.ts";
import { pickRoute, routeDown } from "../core/pick-route.ts";
import { readEvidence } from "../core/read-evidence.ts";
import { whyNoBrowser } from "../core/why-no-browser.ts";

interface OpenDocument {
  readonly route: Route;
}

/** Opens a route in the browser, or says why it could not; the URL is the result either way. */
export async function run(context: Context, args: CommandArgs): Promise<OpenDocument> {
  const { flags, output, signal } = context;
  const [scope, machine] = await Promise.all([readScope(context), openEngine(context)]);
  const [all, evidence] = await Promise.all([
    listInstances({ engine: machine.engine, project: scope.projectSlug }),
    readEvidence(context, machine),
  ]);
  const listed = pickInstance(all, { scope, name: flags.instance });
  const found = pickRoute(listed, typeof args.label === "string" ? args.label : undefined);
  const route = await describeRoute(listed, found, evidence);
  if (route.browserUrl === null) throw routeDown(route, listed.instance);
  const reason = flags.dryRun
    ? "this is a dry run"
    : (whyNoBrowser(context) ?? (await openBrowser(route.browserUrl, { signal })));
  if (reason !== undefined) output.note(`not opened: ${reason}`);
  return { route };
}

/** Renders the URL alone. */
export function render({ route }: OpenDocument): string {
  return route.browserUrl ?? "";
}
