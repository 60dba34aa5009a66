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
  /** What URLs begin with. @default "http" */
  readonly protocol?: "http" | "https" | undefined;
  /** Where the proxy answers that, 1 to 65535; the protocol's own is left out of URLs. */
  readonly port: number;
  readonly routes: readonly EnvironmentRoute[];
}

/** A route, and the variables that get its URL. */
export interface EnvironmentRoute {
  readonly label: string;
  /** @default [] */
  readonly env?: readonly string[] | undefined;
  /**
   * The URL for programs; `null`: there is none, and no variable.
   * @default the hostname under the first domain
   */
  readonly url?: string | null | undefined;
  /**
   * The URL for browsers; `null`: there is none, and no variable.
   * @default the hostname under the browser domain
   */
  readonly browserUrl?: string | null | undefined;
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
 * buildEnvironment({ project: "shop", instance: "mercury", domain: "cspace.local", port: 80, routes: [{ label: "web" }] });
 * //=> { CSPACE_PROJECT: "shop", CSPACE_INSTANCE: "mercury", CSPACE_DOMAIN: "cspace.local", CSPACE_SERVICE_WEB_URL: "http://web.mercury.shop.cspace.local" }
 * ```
 */
export function buildEnvironment(input: EnvironmentInput): Record<string, string> {
  const { project, instance, domain, browserDomain = domain, protocol, port, routes } = input;
  const own: Record<string, string> = {
    CSPACE_PROJECT: project,
    CSPACE_INSTANCE: instance,
    CSPACE_DOMAIN: domain,
  };
  const forBrowsers: Record<string, string> = {};
  for (const { label, env = [], url, browserUrl } of routes) {
    const route = { label, instance, project };
    const forPrograms = url === undefined ? buildUrl(route, { domain, protocol, port }) : url;
    const forThem = browserUrl === undefined ? buildUrl(route, { domain: browserDomain, protocol, port }) : browserUrl;
    if (forPrograms !== null) own[urlVariable(label)] = forPrograms;
    if (forThem !== null) for (const name of env) forBrowsers[name] = forThem;
  }
  return { ...own, ...withoutOwn(forBrowsers, routes), ...own };
}

/**
 * The variable that carries a route's URL.
 *
 * @example
 * ```ts
 * urlVariable("convex-api"); //=> "CSPACE_SERVICE_CONVEX_API_URL"
 * ```
 */
export function urlVariable(label: string): string {
  return `CSPACE_SERVICE_${label.toUpperCase().replaceAll("-", "_")}_URL`;
}

/** A variable of cspace's that has no value now is nobody else's either. */
function withoutOwn(
  variables: Readonly<Record<string, string>>,
  routes: readonly EnvironmentRoute[],
): Record<string, string> {
  const own = new Set(routes.map(({ label }) => urlVariable(label)));
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !own.has(name)));
}
