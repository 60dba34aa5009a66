import { buildUrl } from "@cspace/hostnames";

/** What {@link buildEnvironment} builds from. */
export interface EnvironmentInput {
  /** The project's slug. */
  readonly project: string;
  /** The instance's slug. */
  readonly instance: string;
  /** The first domain that the machine serves: containers and programs use it. */
  readonly domain: string;
  /**
   * The domain that browsers of this instance use.
   * @default domain
   */
  readonly browserDomain?: string | undefined;
  /** The proxy's HTTP port, 1 to 65535; 80 is left out of URLs. */
  readonly httpPort: number;
  readonly routes: readonly EnvironmentRoute[];
}

/** A route, and the variables that get its URL. */
export interface EnvironmentRoute {
  readonly label: string;
  /** @default [] */
  readonly env?: readonly string[] | undefined;
}

/**
 * The environment of everything in an instance: who it is, and the URL of every route.
 *
 * `CSPACE_*` URLs are under the first domain; the names in `env` are for browsers and are under the browser domain. A
 * name in `env` never replaces one of cspace's own.
 *
 * @throws CspaceError `CSPACE_NAME_INVALID`, `CSPACE_DOMAIN_INVALID`, `CSPACE_HOSTNAME_TOO_LONG`, `CSPACE_PORT_INVALID`
 * as `buildUrl` of @cspace/hostnames does.
 *
 * @example
 * ```ts
 * buildEnvironment({ project: "shop", instance: "mercury", domain: "cspace.local", httpPort: 80, routes: [{ label: "web" }] });
 * //=> { CSPACE_PROJECT: "shop", CSPACE_INSTANCE: "mercury", CSPACE_DOMAIN: "cspace.local", CSPACE_SERVICE_WEB_URL: "http://web.mercury.shop.cspace.local" }
 * ```
 */
export function buildEnvironment(input: EnvironmentInput): Record<string, string> {
  const { project, instance, domain, browserDomain = domain, httpPort, routes } = input;
  const own: Record<string, string> = {
    CSPACE_PROJECT: project,
    CSPACE_INSTANCE: instance,
    CSPACE_DOMAIN: domain,
  };
  const forBrowsers: Record<string, string> = {};
  for (const { label, env = [] } of routes) {
    const route = { label, instance, project };
    own[`CSPACE_SERVICE_${label.toUpperCase().replaceAll("-", "_")}_URL`] = buildUrl(route, { domain, port: httpPort });
    for (const name of env) forBrowsers[name] = buildUrl(route, { domain: browserDomain, port: httpPort });
  }
  return { ...own, ...forBrowsers, ...own };
}
