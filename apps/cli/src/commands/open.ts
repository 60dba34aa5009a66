import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import type { Route } from "../core/documents.ts";
import { findRoute } from "../core/find-route.ts";
import { openBrowser } from "../core/open-browser.ts";
import { whyNoBrowser } from "../core/why-no-browser.ts";

interface OpenDocument {
  readonly route: Route;
}

/** Opens a route in the browser, or says why it could not; the URL is the result either way. */
export async function run(context: Context, args: CommandArgs): Promise<OpenDocument> {
  const { flags, output, signal } = context;
  const route = await findRoute(context, typeof args.label === "string" ? args.label : undefined, "browser");
  const reason = flags.dryRun
    ? "this is a dry run"
    : (whyNoBrowser(context) ?? (await openBrowser(route.browserUrl as string, { signal })));
  if (reason !== undefined) output.note(`not opened: ${reason}`);
  return { route };
}

/** Renders the URL alone. */
export function render({ route }: OpenDocument): string {
  return route.browserUrl ?? "";
}
