import { findNodeAtLocation, parseTree } from "jsonc-parser";
import type { ServicePorts } from "./propose-routes.ts";
import { quoteText } from "./quote-text.ts";
import type { ServiceRoute, Settings } from "./settings.ts";
import { formatPath, issueAt, type SettingsIssue } from "./settings-issue.ts";
import { suggestName } from "./suggest-name.ts";

/** Options of {@link checkRoutes}. */
export interface CheckRoutesOptions {
  /**
   * The text that the settings come from, for lines and columns.
   * @default undefined: line and column are 0
   */
  readonly text?: string | undefined;
}

/**
 * Lists every route whose service the compose files do not have, and every port that is none.
 *
 * A port that no compose file mentions is fine: a container may listen without saying so.
 *
 * @example
 * ```ts
 * checkRoutes({ routes: { dev: { service: "ap", port: 3000 } } }, { app: { ports: [3000] } });
 * //=> [{ path: "routes.dev.service", line: 0, column: 0, message: 'names no service: "ap"', hint: 'did you mean "app"? services: app' }]
 * ```
 */
export function checkRoutes(
  settings: Settings,
  services: Readonly<Record<string, ServicePorts>>,
  options: CheckRoutesOptions = {},
): SettingsIssue[] {
  const issueOf = issueMaker(options);
  return serviceRoutes(settings).flatMap(([label, route]) => {
    const issues: SettingsIssue[] = [];
    if (!Object.hasOwn(services, route.service)) {
      const message = `names no service: ${quoteText(route.service)}`;
      issues.push(issueOf(["routes", label, "service"], message, hintFor(route.service, Object.keys(services))));
    }
    if (!Number.isInteger(route.port) || route.port < 1 || route.port > 65535) {
      issues.push(
        issueOf(["routes", label, "port"], `must be a port (a whole number from 1 to 65535), not ${route.port}`),
      );
    }
    return issues;
  });
}

/**
 * Lists every route to a port that its service does not mention, though it mentions others: most likely a mistake, but
 * not for sure, as a container may listen without saying so.
 *
 * @example
 * ```ts
 * checkRoutePorts({ routes: { dev: { service: "app", port: 3001 } } }, { app: { ports: [3000] } });
 * //=> [{ path: "routes.dev.port", line: 0, column: 0, message: "app mentions no port 3001", hint: "ports: 3000" }]
 * ```
 */
export function checkRoutePorts(
  settings: Settings,
  services: Readonly<Record<string, ServicePorts>>,
  options: CheckRoutesOptions = {},
): SettingsIssue[] {
  const issueOf = issueMaker(options);
  return serviceRoutes(settings).flatMap(([label, { service, port }]) => {
    const ports = services[service]?.ports ?? [];
    if (ports.length === 0 || ports.includes(port)) return [];
    return [issueOf(["routes", label, "port"], `${service} mentions no port ${port}`, `ports: ${ports.join(", ")}`)];
  });
}

function serviceRoutes(settings: Settings): [string, ServiceRoute][] {
  return Object.entries(settings.routes ?? {}).flatMap(([label, route]) =>
    "service" in route ? [[label, route] as [string, ServiceRoute]] : [],
  );
}

type MakeIssue = (path: string[], message: string, hint?: string) => SettingsIssue;

/** Makes issues with lines and columns where the text of the settings is known. */
function issueMaker({ text }: CheckRoutesOptions): MakeIssue {
  const plain = text?.replace(/^\uFEFF/, "");
  const root = plain === undefined ? undefined : parseTree(plain);
  return (path, message, hint) => {
    const node = root && findNodeAtLocation(root, path);
    if (node && plain !== undefined) return issueAt(plain, node, message, hint);
    const issue = { path: formatPath(path), line: 0, column: 0, message };
    return hint === undefined ? issue : { ...issue, hint };
  };
}

function hintFor(service: string, known: readonly string[]): string {
  const suggestion = suggestName(service, known);
  const list = `services: ${known.join(", ") || "none"}`;
  return suggestion === undefined ? list : `did you mean "${suggestion}"? ${list}`;
}
