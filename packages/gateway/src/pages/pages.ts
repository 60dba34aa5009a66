import { setTimeout } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { usualPorts } from "@cspace/ports";
import type { RequestOrigin } from "../http/forwarded.ts";
import type { RequestHead } from "../http/request-head.ts";
import { hostnameOf, type RouteTable, type Target } from "../route-table.ts";
import type { Page } from "./render-page.ts";

/** How many of a process's last lines are shown. */
const maxLines = 40;

/** How long they are waited for. */
const maxWaitMs = 1_000;

/** A request that is refused as it stands. */
export function malformedPage(status: number, what: string): Page {
  return { status, error: "refused", message: `The request is refused: ${what}.` };
}

/**
 * Nobody serves this host. What runs is listed for those who ask under a domain of ours, or for the machine itself: a site
 * that points a name of its own at this machine learns nothing.
 */
export function unknownHostPage(
  { targets, domains }: RouteTable,
  request: Pick<RequestHead, "authority">,
  scheme: RequestOrigin["scheme"],
): Page {
  const { authority } = request;
  const hostname = hostnameOf(authority);
  const domain = domains.find((candidate) => hostname === candidate || hostname.endsWith(`.${candidate}`));
  const base = { status: 404, error: "unknown-host" };
  if (domain === undefined && !isMachine(hostname)) return { ...base, message: "This host is not served here." };
  const port = /:(\d+)$/.exec(authority)?.[1];
  const shown = domain ?? domains[0] ?? "";
  const suffix = port === undefined || Number(port) === usualPorts[scheme] ? "" : `:${port}`;
  const routes = targets.map(({ route: { label, instance, project }, mark }) => {
    const url = `${scheme}://${label}.${instance}.${project}.${shown}${suffix}`;
    return { label, instance, project, route: mark, url };
  });
  const message = routes.length === 0 ? "Nothing is served here right now." : `Nobody serves ${hostname}. This runs:`;
  return { ...base, message, data: { routes }, links: routes.map(({ url }) => ({ text: url, url })) };
}

/** The route is served over HTTPS alone. It is asked for anew each time: a browser would keep it for good. */
export function redirectPage(url: string): Page {
  return { status: 308, error: "https-only", message: `Go on over HTTPS: ${url}`, location: url };
}

/** The process of a route does not listen. */
export async function downPage(target: Target, code: string): Promise<Page> {
  const { route, mark } = target;
  const process = processOf(target);
  const lines = await lastLinesOf(target);
  const why = code === "ECONNREFUSED" ? "nothing listens there" : code;
  const where =
    route.upstream === null ? "it listens on no port" : `it should listen on port ${route.upstream}, and ${why}`;
  const message = `${process} is down: ${route.reason ?? where}.`;
  return { status: 502, error: "process-down", message, data: { route: mark, process, port: route.upstream }, lines };
}

/** The process of a route is there and did not answer as it should. */
export async function lostPage(target: Target, status: 502 | 504, what: string): Promise<Page> {
  const { route, mark } = target;
  const process = processOf(target);
  const lines = await lastLinesOf(target);
  const error = status === 504 ? "process-slow" : "process-failed";
  return { status, error, message: `${process} ${what}.`, data: { route: mark, process, port: route.upstream }, lines };
}

/** The process of a route sleeps, and nobody has asked for it yet. */
export function asleepPage(target: Target): Page {
  const data = { route: target.mark, process: processOf(target) };
  const message = `${processOf(target)} is asleep: a request wakes it.`;
  return { status: 503, error: "asleep", message, data };
}

/** The process of a route has been starting for longer than a request waits. */
export async function startingPage(target: Target): Promise<Page> {
  const process = processOf(target);
  const data = { route: target.mark, process, port: target.route.upstream };
  const lines = await lastLinesOf(target);
  return { status: 503, error: "process-starting", message: `${process} is starting.`, data, lines, retryAfter: 1 };
}

/** The service is there, and the proxy in front does not hand on to it yet. */
export async function waitingPage(target: Target): Promise<Page> {
  const process = processOf(target);
  const data = { route: target.mark, process };
  const message = `${process} is not served yet: ${target.route.waiting}.`;
  return { status: 503, error: "waiting", message, data, lines: await lastLinesOf(target), retryAfter: 2 };
}

/** The request has been here before. */
export function loopPage(target: Target): Page {
  const message = `The route ${target.mark} leads back to the gateway: no process of its own listens on port ${target.route.upstream}.`;
  return { status: 508, error: "loop", message, data: { route: target.mark } };
}

function processOf({ route }: Target): string {
  return route.process ?? route.label;
}

async function lastLinesOf({ route }: Target): Promise<readonly string[]> {
  try {
    const lines = (await Promise.race([route.lastLines?.(), setTimeout(maxWaitMs, [], { ref: false })])) ?? [];
    return lines.slice(-maxLines).map((line) => stripVTControlCharacters(line));
  } catch {
    // The page says what it can; that the log cannot be read is no reason to say nothing.
    return [];
  }
}

function isMachine(hostname: string): boolean {
  return hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
}
