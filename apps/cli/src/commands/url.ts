import { findRoute, type Route } from "@cspace/instances";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { instanceOptions } from "../instance-options.ts";

interface UrlDocument {
  readonly route: Route;
}

/** Gives exactly one URL, for a program to read. */
export async function run(context: Context, args: CommandArgs): Promise<UrlDocument> {
  const label = typeof args.label === "string" ? args.label : undefined;
  return { route: await findRoute({ ...instanceOptions(context), label, reader: "program" }) };
}

/** Renders the URL alone. */
export function render({ route }: UrlDocument): string {
  return route.url ?? "";
}
