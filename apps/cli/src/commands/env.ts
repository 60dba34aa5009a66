import { CspaceError } from "@cspace/errors";
import { readComposeVariables, readEnvironment } from "@cspace/instances";
import { renderDotenv, renderExports } from "@cspace/project";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import type { CliErrorCode } from "../errors.ts";
import { instanceOptions } from "../instance-options.ts";

/** How variables are written. */
const formats = {
  dotenv: renderDotenv,
  json: (variables: Readonly<Record<string, string>>) => JSON.stringify(variables, null, 2),
  shell: renderExports,
} as const;

interface EnvDocument {
  readonly environment: Readonly<Record<string, string>>;
  /** Only for people. */
  readonly format?: keyof typeof formats;
}

/** Gives the environment of an instance for a process on this machine, with the URLs that are right now. */
export async function run(context: Context, args: CommandArgs): Promise<EnvDocument> {
  const format = parseFormat(args.format);
  const read = args.compose === true ? readComposeVariables : readEnvironment;
  const environment = await read(instanceOptions(context, args.instance));
  return context.flags.json ? { environment } : { environment, format };
}

/** Renders the variables in the format that was asked for. */
export function render({ environment, format = "dotenv" }: EnvDocument): string {
  return formats[format](environment);
}

function parseFormat(value: unknown): keyof typeof formats {
  const format = typeof value === "string" ? value : "dotenv";
  if (Object.hasOwn(formats, format)) return format as keyof typeof formats;
  throw new CspaceError<CliErrorCode>("CSPACE_USAGE", `${format} is no format`, {
    hint: `formats: ${Object.keys(formats).join(", ")}`,
  });
}
