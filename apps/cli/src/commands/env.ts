import type { RecordedInstance } from "@cspace/compose";
import { CspaceError, isCspaceError } from "@cspace/errors";
import { buildEnvironment, type EnvironmentRoute, readProject, renderDotenv, renderExports } from "@cspace/project";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { describeRoute } from "../core/describe-instance.ts";
import { namedInstance } from "../core/find-instance.ts";
import { findKnown } from "../core/find-route.ts";
import type { CliErrorCode } from "../errors.ts";

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
  const { known, instance } = await findKnown(context, namedInstance(context, args.instance));
  const [names, routes] = await Promise.all([
    readNames(context, instance),
    Promise.all(instance.routes.map((route) => describeRoute(instance, route, known.evidence))),
  ]);
  if (known.silence !== null && routes.some(({ url }) => url === null)) throw known.silence;
  for (const { label, url, reason } of routes) {
    if (url === null) context.output.note(`${label} has no URL right now, and no variable: ${reason}`);
  }
  const { proxyPort, domains } = known.evidence;
  const environment = buildEnvironment({
    project: instance.project,
    instance: instance.instance,
    domain: domains[0] as string,
    httpPort: proxyPort ?? 80,
    routes: routes.map((route): EnvironmentRoute => ({ ...route, env: names[route.label] })),
  });
  return context.flags.json ? { environment } : { environment, format };
}

/** Renders the variables in the format that was asked for. */
export function render({ environment, format = "dotenv" }: EnvDocument): string {
  return formats[format](environment);
}

/** What the settings of the instance's own directory call the URLs, by label. */
async function readNames(
  { env, output }: Context,
  { directory, project }: RecordedInstance,
): Promise<Readonly<Record<string, readonly string[] | undefined>>> {
  try {
    const { slug, settings } = await readProject(directory, { env });
    if (slug !== project) return {};
    return Object.fromEntries(Object.entries(settings.routes ?? {}).map(([label, route]) => [label, route.env]));
  } catch (error) {
    if (!isCspaceError(error)) throw error;
    output.note(`the names of \`env\` in the settings are left out: ${error.message}`);
    return {};
  }
}

function parseFormat(value: unknown): keyof typeof formats {
  const format = typeof value === "string" ? value : "dotenv";
  if (Object.hasOwn(formats, format)) return format as keyof typeof formats;
  throw new CspaceError<CliErrorCode>("CSPACE_USAGE", `${format} is no format`, {
    hint: `formats: ${Object.keys(formats).join(", ")}`,
  });
}
