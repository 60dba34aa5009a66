import { buildHostname, bypassProxy, needsNoRule } from "@cspace/hostnames";
import { resolveName } from "@cspace/ports";
import { buildEnvironment } from "@cspace/project";
import type { Origin } from "../https/choose-origin.ts";

/** Options of {@link processEnvironment}. */
export interface ProcessEnvironmentOptions {
  readonly record: { readonly project: string; readonly instance: string };
  /** At least one. */
  readonly domains: readonly string[];
  /** What its URLs begin with. */
  readonly origin: Origin;
  /** What lets it trust this machine's certificates. */
  readonly trust: Readonly<Record<string, string>>;
  /** The environment that the process has besides. */
  readonly inherited: NodeJS.ProcessEnv;
  /** At least one: all routes of the instance, with the names in their `env` and where they are on this machine now. */
  readonly routes: readonly {
    readonly label: string;
    readonly env: readonly string[];
    readonly localUrl: string | null;
  }[];
}

/**
 * The variables of an instance for a process of the host. It asks the system for hostnames, which may not know them; a
 * port of this machine it finds in any case.
 */
export async function processEnvironment(options: ProcessEnvironmentOptions): Promise<Record<string, string>> {
  const { record, domains, origin, trust, inherited, routes } = options;
  const { project, instance } = record;
  const domain = domains[0] as string;
  const first = { label: routes[0]?.label as string, project, instance };
  const found = (await resolveName(buildHostname(first, { domain }))) === "loopback";
  const built = buildEnvironment({
    project,
    instance,
    domain,
    browserDomain: found ? domain : (domains.find(needsNoRule) ?? domain),
    ...origin,
    routes: routes.map(({ label, env, localUrl }) => ({ label, env, ...(found ? {} : { url: localUrl }) })),
  });
  const near = ["localhost", "127.0.0.1", ...domains.map((name) => `.${name}`)];
  return { ...built, ...trust, ...bypassProxy(inherited, near) };
}
