import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import type { Route } from "../core/documents.ts";
import { findRoute } from "../core/find-route.ts";

interface UrlDocument {
  readonly route: Route;
}

/** Gives exactly one URL, for a program to read. */
export async function run(context: Context, args: CommandArgs): Promise<UrlDocument> {
  return { route: await findRoute(context, typeof args.label === "string" ? args.label : undefined, "program") };
}

/** Renders the URL alone. */
export function render({ route }: UrlDocument): string {
  return route.url ?? "";
}
