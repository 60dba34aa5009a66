import { findRoute, type Route } from "@cspace/instances";
import { openBrowser } from "../browser/open-browser.ts";
import { whyNoBrowser } from "../browser/why-no-browser.ts";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { instanceOptions } from "../instance-options.ts";

interface OpenDocument {
  readonly route: Route;
}

/** Opens a route in the browser, or says why it could not; the URL is the result either way. */
export async function run(context: Context, args: CommandArgs): Promise<OpenDocument> {
  const { flags, output, signal } = context;
  const label = typeof args.label === "string" ? args.label : undefined;
  const route = await findRoute({ ...instanceOptions(context), label, reader: "browser" });
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
