import { isCspaceError } from "@cspace/errors";
import { describeInstance, findRoute, type InstanceOptions, openPage, type Route } from "@cspace/instances";
import { openBrowser } from "../browser/open-browser.ts";
import { whyNoBrowser } from "../browser/why-no-browser.ts";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { instanceOptions } from "../instance-options.ts";

interface OpenDocument {
  /** `null`: there is none to open, and the page that shows what runs is opened instead. */
  readonly route: Route | null;
  /** What was opened. */
  readonly url: string;
}

/** Opens a route in the browser, or says why it could not; the URL is the result either way. */
export async function run(context: Context, args: CommandArgs): Promise<OpenDocument> {
  const { flags, output, signal } = context;
  const label = typeof args.label === "string" ? args.label : undefined;
  const found = await find(context, label);
  const reason = flags.dryRun
    ? "this is a dry run"
    : (whyNoBrowser(context) ?? (await openBrowser(found.url, { signal })));
  if (reason !== undefined) output.note(`not opened: ${reason}`);
  return found;
}

async function find(context: Context, label: string | undefined): Promise<OpenDocument> {
  const options = instanceOptions(context);
  try {
    const route = await findRoute({ ...options, label, reader: "browser" });
    return { route, url: route.browserUrl as string };
  } catch (error) {
    if (label !== undefined || !isCspaceError(error) || !(await hasNothing(options, error.code))) throw error;
    return { route: null, ...(await openPage(options)) };
  }
}

/** Whether there is no route to open: in no project, or of an instance that has none. */
async function hasNothing(options: InstanceOptions, code: string): Promise<boolean> {
  if (code === "CSPACE_PROJECT_NOT_FOUND") return true;
  return code === "CSPACE_LABEL_UNKNOWN" && (await describeInstance(options)).routes.length === 0;
}

/** Renders the URL alone. */
export function render({ url }: OpenDocument): string {
  return url;
}
