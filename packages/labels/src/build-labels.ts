import { CspaceError } from "@cspace/errors";
import { buildHostname, defaultDomains, identityPath, networkName, parseDomain, routerName } from "@cspace/hostnames";
import { checkOptionNames } from "./check-option-names.ts";
import { buildIdentityLabels } from "./identity-labels.ts";
import { labelKeys } from "./label-keys.ts";
import { isPort, type LabelledRoute } from "./labelled-route.ts";
import type { LabelsErrorCode } from "./labels-error-code.ts";
import { buildMark, markHeader } from "./mark.ts";

/** Options of {@link buildLabels}. */
export interface BuildLabelsOptions {
  /**
   * The domains that every route answers under; at least one.
   * @default ["cspace.local", "cspace.localhost"]
   */
  readonly domains?: readonly string[] | undefined;
  /**
   * The Docker network on which Traefik reaches the container.
   * @default networkName(project), such as "cspace-resume-redux"
   */
  readonly network?: string | undefined;
  /**
   * The names of Traefik's entry points that the routes are served on; at least one.
   * @default ["web", "websecure"]
   */
  readonly entryPoints?: readonly string[] | undefined;
  /**
   * Where HTTPS is answered, on all entry points but the first: who asks on the first is sent there, but for upgrades, which
   * no client would follow.
   * @default nobody is sent away
   */
  readonly redirectTo?: number | undefined;
  /**
   * The labels whose clients stay with the container that answered them first, where there are several.
   * @default []
   */
  readonly sticky?: readonly string[] | undefined;
  /**
   * The labels whose services get also what is asked at `/.well-known/cspace`, which else tells who answers.
   * @default []
   */
  readonly exempt?: readonly string[] | undefined;
  /**
   * Whether the gateway behind Traefik shows pages and icons in place of what a service does not have: by the middlewares
   * `cspace-error@file` and `cspace-icon@file`.
   * @default false
   */
  readonly pages?: boolean | undefined;
  /**
   * The `serversTransport` of Traefik's through which it reaches services that speak `https`. It is to check no
   * certificate: a service's own is for no name of ours.
   * @default "cspace-services@file"
   */
  readonly transport?: string | undefined;
}

/**
 * All labels of one container that is served under these routes: cspace's own, which `parseLabels` reads back, and
 * Traefik's (https://doc.traefik.io/traefik/reference/routing-configuration/other-providers/docker/).
 *
 * A route's rule matches its hostname under each domain and no other host: names are allow-listed, never escaped.
 *
 * @throws CspaceError `CSPACE_ROUTES_EMPTY` without a route, `CSPACE_ROUTES_MIXED` when the routes are of more than one
 * instance, `CSPACE_ROUTE_DUPLICATE` when two share a label, `CSPACE_PORT_INVALID` when a port is not a whole number
 * from 1 to 65535, `CSPACE_LABEL_OPTION_INVALID` when no domain or entry point is given, or one entry point alone is to
 * send away, or the name of an entry point or
 * the network has other characters than `[A-Za-z0-9_.-]`; and those of `buildHostname`.
 *
 * @example
 * ```ts
 * const labels = buildLabels([{ label: "docs", instance: "earth", project: "resume-redux", port: 8000 }]);
 * labels["cspace.route.docs"]; //=> "8000"
 * labels["traefik.http.services.docs--earth--resume-redux.loadbalancer.server.port"]; //=> "8000"
 * ```
 */
export function buildLabels(
  routes: readonly LabelledRoute[],
  options: BuildLabelsOptions = {},
): Record<string, string> {
  const instance = onlyInstance(routes);
  const {
    domains = defaultDomains,
    network = networkName(instance.project),
    entryPoints = ["web", "websecure"],
  } = options;
  const { sticky = [], exempt = [], pages = false, redirectTo, transport = "cspace-services@file" } = options;
  checkOptionNames("network", [network]);
  checkOptionNames("entry point", entryPoints);
  checkOptionNames("transport", [transport.replace("@", "")]);
  const served = [...new Set(domains.map(parseDomain))];
  checkOptionNames("domain", served);
  if (redirectTo !== undefined) checkRedirect(redirectTo, entryPoints);
  const labels: Record<string, string> = {
    ...buildIdentityLabels(instance),
    "traefik.enable": "true",
    "traefik.docker.network": network,
  };
  for (const route of routes) {
    const rule = served.map((domain) => `Host(\`${buildHostname(route, { domain })}\`)`).join(" || ");
    const [first, ...others] = entryPoints;
    const at = redirectTo === undefined ? entryPoints : others;
    Object.assign(labels, labelsOfRoute(route, rule, at), labelsOfScheme(route, transport));
    if (redirectTo !== undefined)
      Object.assign(labels, labelsOfRedirect(route, rule, { first: first as string, redirectTo }));
    if (pages) Object.assign(labels, labelsOfPages(route, rule, at));
    if (exempt.includes(route.label)) Object.assign(labels, labelsOfExempt(route, rule, entryPoints));
    if (sticky.includes(route.label)) labels[`${serviceOf(route)}.sticky.cookie.name`] = stickyCookie;
  }
  return labels;
}

function labelsOfRoute(route: LabelledRoute, rule: string, entryPoints: readonly string[]): Record<string, string> {
  const name = routerName(route);
  const router = `traefik.http.routers.${name}`;
  const middleware = `traefik.http.middlewares.${name}`;
  return {
    [`${labelKeys.routePrefix}${route.label}`]: String(route.port),
    [`${router}.rule`]: rule,
    [`${router}.entrypoints`]: entryPoints.join(","),
    [`${router}.service`]: name,
    [`${router}.middlewares`]: name,
    // Where a client asks for no coding, Traefik would ask for gzip, and unpack what comes.
    [`${router}--plain.rule`]: `(${rule}) && !HeaderRegexp(\`Accept-Encoding\`, \`.\`)`,
    [`${router}--plain.entrypoints`]: entryPoints.join(","),
    [`${router}--plain.service`]: name,
    [`${router}--plain.middlewares`]: `${name},${name}--plain`,
    [`${serviceOf(route)}.server.port`]: String(route.port),
    [`${middleware}.headers.customresponseheaders.${markHeader}`]: buildMark(route),
    // A promise that a host is served over HTTPS alone (RFC 6797) would bind browsers for longer than the machine keeps it.
    [`${middleware}.headers.customresponseheaders.Strict-Transport-Security`]: "",
    [`${middleware}--plain.headers.customrequestheaders.Accept-Encoding`]: "identity",
  };
}

/** @see https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/redirectscheme/ */
function labelsOfRedirect(
  route: LabelledRoute,
  rule: string,
  { first, redirectTo }: { readonly first: string; readonly redirectTo: number },
): Record<string, string> {
  const name = routerName(route);
  const router = `traefik.http.routers.${name}`;
  const middleware = `traefik.http.middlewares.${name}--redirect`;
  return {
    [`${router}--redirect.rule`]: rule,
    [`${router}--redirect.entrypoints`]: first,
    [`${router}--redirect.service`]: name,
    [`${router}--redirect.middlewares`]: `${name},${name}--redirect-headers,${name}--redirect`,
    [`${middleware}.redirectscheme.scheme`]: "https",
    [`${middleware}.redirectscheme.permanent`]: "true",
    ...(redirectTo === 443 ? {} : { [`${middleware}.redirectscheme.port`]: String(redirectTo) }),
    // A browser would keep a permanent one for good.
    [`${middleware}-headers.headers.customresponseheaders.Cache-Control`]: "no-store",
    [`${router}--upgrade.rule`]: `(${rule}) && HeaderRegexp(\`Upgrade\`, \`.\`)`,
    [`${router}--upgrade.entrypoints`]: first,
    [`${router}--upgrade.service`]: name,
    [`${router}--upgrade.middlewares`]: name,
  };
}

function checkRedirect(port: number, entryPoints: readonly string[]): void {
  if (!isPort(port)) throw failure("CSPACE_PORT_INVALID", `the port ${port} of HTTPS is not a port`, "use 1 to 65535");
  if (entryPoints.length > 1) return;
  const message = `there is one entry point, ${entryPoints.join()}, and none to send to from there`;
  throw failure("CSPACE_LABEL_OPTION_INVALID", message, "name the entry point of HTTPS behind it");
}

/** Above that of the other routers of a route, whose priority is the length of their rule. */
const pagesPriority = 1_000_000;

/**
 * What a service answers is its own, but for an icon that it does not have; and where none of it answers, a browser that opens a
 * page is shown why.
 *
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/errorpages/
 */
function labelsOfPages(route: LabelledRoute, rule: string, entryPoints: readonly string[]): Record<string, string> {
  const name = routerName(route);
  const router = `traefik.http.routers.${name}`;
  const asked = {
    icon: "Path(`/favicon.ico`)",
    error: "(Header(`Upgrade-Insecure-Requests`, `1`) || Header(`Sec-Fetch-Dest`, `document`))",
  };
  return Object.fromEntries(
    Object.entries(asked).flatMap(([what, condition]) => [
      [`${router}--${what}.rule`, `(${rule}) && ${condition}`],
      [`${router}--${what}.priority`, String(pagesPriority)],
      [`${router}--${what}.entrypoints`, entryPoints.join(",")],
      [`${router}--${what}.service`, name],
      [`${router}--${what}.middlewares`, `${name},cspace-${what}@file`],
    ]),
  );
}

/** Above that of every router that takes the path for cspace itself. */
const exemptPriority = 1_300_000_000;

function labelsOfExempt(route: LabelledRoute, rule: string, entryPoints: readonly string[]): Record<string, string> {
  const name = routerName(route);
  const router = `traefik.http.routers.${name}--exempt`;
  return {
    [`${router}.rule`]: `(${rule}) && Path(\`${identityPath}\`)`,
    [`${router}.priority`]: String(exemptPriority),
    [`${router}.entrypoints`]: entryPoints.join(","),
    [`${router}.service`]: name,
    [`${router}.middlewares`]: name,
  };
}

/** @see https://doc.traefik.io/traefik/reference/routing-configuration/http/load-balancing/service/ */
function labelsOfScheme(route: LabelledRoute, transport: string): Record<string, string> {
  if (route.scheme === undefined) return {};
  return {
    [`${labelKeys.schemePrefix}${route.label}`]: route.scheme,
    [`${serviceOf(route)}.server.scheme`]: route.scheme,
    ...(route.scheme === "https" ? { [`${serviceOf(route)}.serverstransport`]: transport } : {}),
  };
}

const stickyCookie = "cspace-sticky";

function serviceOf(route: LabelledRoute): string {
  return `traefik.http.services.${routerName(route)}.loadbalancer`;
}

/** The first route, after all of them were found to be of one instance, with labels of their own and ports. */
function onlyInstance(routes: readonly LabelledRoute[]): LabelledRoute {
  const [first] = routes;
  if (first === undefined)
    throw failure("CSPACE_ROUTES_EMPTY", "there is no route to label", "give at least one route");
  const labels = new Set<string>();
  for (const route of routes) {
    const name = routerName(route);
    if (route.instance !== first.instance || route.project !== first.project) {
      const message = `the routes ${routerName(first)} and ${name} are of different instances`;
      throw failure("CSPACE_ROUTES_MIXED", message, "label the containers of each instance by themselves");
    }
    if (labels.has(route.label)) {
      const message = `the label "${route.label}" is given twice in ${first.project}, instance ${first.instance}`;
      throw failure("CSPACE_ROUTE_DUPLICATE", message, "give each route a label of its own");
    }
    if (!isPort(route.port)) {
      throw failure("CSPACE_PORT_INVALID", `the port ${route.port} of ${name} is not a port`, "use 1 to 65535");
    }
    labels.add(route.label);
  }
  return first;
}

function failure(code: LabelsErrorCode, message: string, hint: string): CspaceError<LabelsErrorCode> {
  return new CspaceError(code, message, { hint });
}
