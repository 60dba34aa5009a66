import { openPage } from "@cspace/instances";
import { openBrowser } from "../browser/open-browser.ts";
import { whyNoBrowser } from "../browser/why-no-browser.ts";
import type { Context } from "../context.ts";
import { instanceOptions } from "../instance-options.ts";

interface PageDocument {
  readonly url: string;
}

/** Opens the page that shows what runs, or says why it could not; its URL is the result either way. */
export async function run(context: Context): Promise<PageDocument> {
  const { flags, output, signal } = context;
  const { url } = await openPage(instanceOptions(context));
  const reason = flags.dryRun ? "this is a dry run" : (whyNoBrowser(context) ?? (await openBrowser(url, { signal })));
  if (reason !== undefined) output.note(`not opened: ${reason}`);
  return { url };
}

/** Renders the URL alone. */
export function render({ url }: PageDocument): string {
  return url;
}
