import type { HomePaths } from "@cspace/compose";
import type { Settings } from "@cspace/project";
import type { Context } from "../options.ts";
import { readSecure } from "./read-secure.ts";

/** What the URLs of an instance's environment begin with, and where the proxy answers it. */
export interface Origin {
  readonly protocol: "http" | "https";
  readonly port: number;
}

/** What {@link chooseOrigin} decides from. */
export interface OriginFacts {
  readonly paths: HomePaths;
  readonly httpPort: number;
  /** `null`: nothing is served over HTTPS. */
  readonly httpsPort: number | null;
  /** What the instance's URLs begin with already; `undefined` while it has none, and when it is made anew. */
  readonly kept: Origin["protocol"] | undefined;
  readonly settings: Pick<Settings, "https" | "trust">;
}

/**
 * Chooses HTTPS where the machine's browser trusts it when the instance is made: a page of HTTPS may not ask an address
 * of HTTP. What runs keeps what it has, whatever is trusted since. Where HTTP only leads to HTTPS, it is that in any case.
 */
export async function chooseOrigin(
  context: Pick<Context, "env" | "platform">,
  { paths, httpPort, httpsPort, kept, settings }: OriginFacts,
): Promise<Origin> {
  const http: Origin = { protocol: "http", port: httpPort };
  const https: Origin = { protocol: "https", port: httpsPort ?? httpPort };
  if (httpsPort === null || settings.trust === false) return http;
  if (settings.https === "redirect") return https;
  if (kept === "http") return http;
  const isTrusted = kept === "https" || (await readSecure(context, paths, httpsPort))?.trusted.browser === true;
  return isTrusted ? https : http;
}

/** Where requests over HTTP are sent, as a project's settings say; `undefined`: they are served. */
export function redirectPort({ https }: Pick<Settings, "https">, httpsPort: number | null): number | undefined {
  return https === "redirect" ? (httpsPort ?? undefined) : undefined;
}
