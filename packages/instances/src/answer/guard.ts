import type { IncomingMessage } from "node:http";

/** Why a request is refused. */
export interface Refusal {
  readonly status: 403 | 405 | 421;
  readonly error: "foreign-host" | "foreign-page" | "method";
  readonly message: string;
}

/** What may be asked, and by whom. */
export interface GuardOptions {
  /** The hostnames that are answered under, in lower case. */
  readonly isOwnHost: (hostname: string) => boolean;
  readonly methods: readonly string[];
  /** Whether a link of another site may lead here: then it is a page that is opened, which nobody else reads. @default false */
  readonly mayBeOpened?: boolean;
}

/**
 * Refuses what no page of others may ask: a name that is not ours (a site that points its own name at this machine), and
 * what a browser says another site's page asks for. Who is no browser says nothing of the kind.
 *
 * @see https://www.w3.org/TR/fetch-metadata/
 */
export function refuse(request: IncomingMessage, options: GuardOptions): Refusal | undefined {
  const { isOwnHost, methods, mayBeOpened = false } = options;
  const { host = "", "sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": target } = request.headers;
  if (!isOwnHost(hostnameOf(host))) {
    return {
      status: 421,
      error: "foreign-host",
      message: `${host || "No host"} is no hostname of this machine's cspace.`,
    };
  }
  if (!methods.includes(request.method ?? "")) {
    return { status: 405, error: "method", message: `Only ${methods.join(" and ")} are answered here.` };
  }
  if (site === undefined || site === "none" || site === "same-origin") return undefined;
  const isOpened = mayBeOpened && mode === "navigate" && target === "document" && request.method === "GET";
  if (isOpened) return undefined;
  return { status: 403, error: "foreign-page", message: "A page of another site may not ask for this." };
}

/** The hostname of `Host`: without its port and a trailing dot, in lower case. */
export function hostnameOf(host: string): string {
  return host.replace(/:\d*$/, "").replace(/\.$/, "").toLowerCase();
}
