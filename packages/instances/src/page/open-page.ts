import { ensureDaemon, type RunningDaemon, refreshDaemon } from "@cspace/daemon";
import { needsNoRule, pageHostname } from "@cspace/hostnames";
import { resolveName, usualPorts } from "@cspace/ports";
import { openHost } from "../machine/open-host.ts";
import { type Context, createContext, type InstanceOptions } from "../options.ts";
import { serveContainers } from "../proxy/serve-containers.ts";
import { serveProcesses } from "../proxy/serve-processes.ts";

/** How long the daemon waits for a browser to come, in milliseconds. */
const patienceMs = 60_000;

/**
 * Lets the daemon show the page, on whichever engine there is, and gives its URL for a browser. It is shown for as long as something
 * runs, or somebody looks at it.
 *
 * @throws {CspaceError} as `ensureDaemon` and `ensureProxy`.
 */
export async function openPage(options: InstanceOptions = {}): Promise<{ readonly url: string }> {
  const context = createContext(options);
  const host = await openHost(context);
  const daemon = await withPage(context);
  await daemon.client.stay(patienceMs);
  if (host.machine !== undefined) await serveContainers(context, host.machine);
  const { httpPort, domains } = await serveProcesses({ ...context, onNote: () => undefined }, host, daemon);
  const hostname = await findHostname(domains);
  return { url: `http://${hostname}${httpPort === usualPorts.http ? "" : `:${httpPort}`}/` };
}

/** A daemon that another program has started may show none: then this one's goes on with what it holds. */
async function withPage(context: Context): Promise<RunningDaemon> {
  const running = await ensureDaemon(context);
  if (running.status.hasPage === true) return running;
  await refreshDaemon(context);
  return await ensureDaemon(context);
}

/** Under the first domain that the system finds, else one that browsers find by themselves. */
async function findHostname(domains: readonly string[]): Promise<string> {
  const [first = ""] = domains;
  const own = pageHostname(first);
  if (needsNoRule(first) || (await resolveName(own, { timeoutMs: 500 })) === "loopback") return own;
  return pageHostname(domains.find(needsNoRule) ?? first);
}
