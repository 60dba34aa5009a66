import { CspaceError } from "@cspace/errors";
import { buildHostname } from "./build-hostname.ts";
import { defaultDomains } from "./default-domains.ts";
import type { HostnamesErrorCode } from "./hostnames-error-code.ts";
import type { RouteName } from "./route-name.ts";

/** Options of {@link buildUrl}. */
export interface BuildUrlOptions {
  /** @default "cspace.local" */
  readonly domain?: string | undefined;
  /**
   * The port that the proxy listens on; left out of the URL when it is the protocol's own.
   * @default 80 for http, 443 for https
   */
  readonly port?: number | undefined;
  /** @default "http" */
  readonly protocol?: "http" | "https" | undefined;
}

const ownPorts = { http: 80, https: 443 } as const;

/**
 * The URL of a route, without a trailing slash.
 *
 * @throws CspaceError as `buildHostname`, and `CSPACE_PORT_INVALID` when the port is not a whole number from 1 to 65535.
 *
 * @example
 * ```ts
 * const route = { label: "dev", instance: "mercury", project: "resume-redux" };
 * buildUrl(route); //=> "http://dev.mercury.resume-redux.cspace.local"
 * buildUrl(route, { port: 8088 }); //=> "http://dev.mercury.resume-redux.cspace.local:8088"
 * ```
 */
export function buildUrl(route: RouteName, options: BuildUrlOptions = {}): string {
  const { domain = defaultDomains[0], protocol = "http", port = ownPorts[protocol] } = options;
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new CspaceError<HostnamesErrorCode>("CSPACE_PORT_INVALID", `the port ${port} is not a port`, {
      hint: "use a whole number from 1 to 65535",
    });
  }
  const origin = `${protocol}://${buildHostname(route, { domain })}`;
  return port === ownPorts[protocol] ? origin : `${origin}:${port}`;
}
