import type { ProxyEvidence } from "./choose-url.ts";
import { probeRoute } from "./probe-route.ts";
import { readHead } from "./read-head.ts";

/** What {@link readRefusals} looks into. */
export interface RefusalQuestion {
  readonly hostnames: readonly { readonly hostname: string }[];
  readonly mark: string;
  /** What the proxy said of the first hostname. */
  readonly proxy: ProxyEvidence;
  readonly localUrl: string | null | undefined;
  /** Whether the service may be asked at all. */
  readonly isAsked: boolean;
  /** Until when, as `performance.now()` counts. */
  readonly end: number;
  readonly signal?: AbortSignal | undefined;
}

/** What development servers say to a host that they do not know (Vite and Storybook 403, Django 400, RFC 9110 421). */
const refusals: ReadonlySet<number | null> = new Set([400, 403, 421]);

/**
 * The hostnames that a service refuses, though it answers to others or to its port. What it refuses under every name is
 * its own matter.
 *
 * Next.js answers each page to every host, and refuses the page's scripts to an origin that it does not know:
 * https://nextjs.org/docs/app/api-reference/config/next-config-js/allowedDevOrigins
 */
export async function readRefusals(question: RefusalQuestion): Promise<ReadonlySet<string>> {
  const { hostnames, mark, proxy, localUrl, isAsked, end, signal } = question;
  if (proxy.state !== "claimed" || !isAsked) return new Set();
  const { port, poweredBy } = proxy;
  const isNext = poweredBy === "Next.js";
  if (!isNext && !refusals.has(proxy.status)) return new Set();
  const timeoutMs = Math.max(1, end - performance.now());
  const statusOf = async (hostname: string): Promise<number | null> => {
    const origin = `http://${hostname}${port === 80 ? "" : `:${port}`}`;
    const how = isNext ? { path: "/_next/cspace", origin } : {};
    const probe = await probeRoute({ hostname, mark, port, timeoutMs, signal, ...how });
    return probe.state === "claimed" ? probe.status : null;
  };
  const statuses = await Promise.all(
    hostnames.map(({ hostname }, index) => (index === 0 && !isNext ? proxy.status : statusOf(hostname))),
  );
  const refused = new Set(
    hostnames.flatMap(({ hostname }, index) => (refusals.has(statuses[index] ?? null) ? hostname : [])),
  );
  if (isNext || refused.size < hostnames.length) return refused;
  const local = typeof localUrl === "string" ? await readHead(localUrl, { timeoutMs, signal }) : undefined;
  return local?.state === "answered" && !refusals.has(local.status) ? refused : new Set();
}
