import { homePaths, type RecordedInstance } from "@cspace/compose";
import { isCspaceError } from "@cspace/errors";
import { buildEnvironment, type EnvironmentRoute, readProject, type Settings } from "@cspace/project";
import { isOfDirectory } from "../choose/ownership.ts";
import { describeRoute } from "../describe/describe-listed.ts";
import { findKnown } from "../describe/find-known.ts";
import { readHostTrust } from "../https/read-host-trust.ts";
import { type Context, createContext, type InstanceOptions } from "../options.ts";

/**
 * Gives the variables of an instance for a process on this machine, with the URLs that are right now. A route without a
 * URL has no variable, which `onNote` is told.
 *
 * @throws {CspaceError} as `describeInstance`.
 * @example
 * ```ts
 * const { CSPACE_SERVICE_API_URL } = await readEnvironment({ instance: "mercury" });
 * ```
 */
export async function readEnvironment(options: InstanceOptions = {}): Promise<Record<string, string>> {
  const context = createContext(options);
  const { known, instance } = await findKnown(context);
  const [settings, routes] = await Promise.all([
    readSettings(context, instance),
    Promise.all(instance.routes.map((route) => describeRoute(instance, route, known.evidence))),
  ]);
  if (known.silence !== null && routes.some(({ url }) => url === null)) throw known.silence;
  for (const { label, url, reason } of routes) {
    if (url === null) context.onNote(`${label} has no URL right now, and no variable: ${reason}`);
  }
  const { proxyPort, domains } = known.evidence;
  const built = buildEnvironment({
    project: instance.project,
    instance: instance.instance,
    domain: domains[0] as string,
    port: proxyPort ?? 80,
    routes: routes.map((route): EnvironmentRoute => ({ ...route, env: settings.routes?.[route.label]?.env })),
  });
  const isSecure = routes.some(({ url }) => url?.startsWith("https:"));
  const trusts = settings.trust !== false;
  const paths = homePaths({ env: context.env });
  return { ...built, ...(await readHostTrust(context, { paths, trusts, protocol: isSecure ? "https" : "http" })) };
}

/** The settings of the instance's own directory. */
async function readSettings({ env, onNote }: Context, instance: RecordedInstance): Promise<Settings> {
  try {
    const project = await readProject(instance.directory, { env });
    return isOfDirectory(instance, project) ? project.settings : {};
  } catch (error) {
    if (!isCspaceError(error)) throw error;
    onNote(`the names of \`env\` in the settings are left out: ${error.message}`);
    return {};
  }
}
