import {
  attachProxy,
  type EnsuredProxy,
  ensureProxy,
  previewProxy,
  readMachineConfig,
  readProxyState,
  withLock,
} from "@cspace/compose";
import { setGatewayPorts, type WantedPorts } from "@cspace/daemon";
import { buildPlan, type Plan } from "@cspace/plan";
import type { ProxyReport } from "../documents.ts";
import type { Machine } from "../machine/open-engine.ts";
import { type Host, openHost } from "../machine/open-host.ts";
import { type Context, createContext, type InstanceOptions } from "../options.ts";
import { createStages } from "../up/create-stages.ts";
import { describeDockerProxy, describeGateway } from "./describe-proxy.ts";
import { dropStaleFront } from "./drop-stale-front.ts";
import { noteOldUrls } from "./note-old-urls.ts";

/** Options of {@link startProxy}. */
export type StartProxyOptions = InstanceOptions & WantedPorts;

/**
 * Starts the proxy and puts it on every network that it serves, or moves it to other ports. Without an engine, the
 * gateway gets its ports, and listens as long as it serves something.
 *
 * @throws {CspaceError} `CSPACE_PORT_TAKEN`, `CSPACE_PROXY_FOREIGN`, `CSPACE_PROXY_FAILED`.
 */
export async function startProxy(options: StartProxyOptions = {}): Promise<ProxyReport> {
  const context = createContext(options);
  const ports = { httpPort: options.httpPort, httpsPort: options.httpsPort, dnsPort: options.dnsPort };
  const host = await openHost(context);
  if (host.machine === undefined) return await startGateway(context, host, ports);
  const { machine } = host;
  const before = await readProxyState(machine.engine);
  const { notes, httpPort, dnsPort } = await createStages(context.onStep).run("proxy", () =>
    startDocker(context, machine, ports),
  );
  for (const note of notes) context.onNote(note);
  if (ports.dnsPort !== undefined) await noteOldRule(context, machine, dnsPort);
  if (before.httpPort !== null && before.httpPort !== httpPort) await noteOldUrls(context, machine);
  return await describeDockerProxy(machine);
}

/** Tells what {@link startProxy} would change. */
export async function planProxyStart(options: StartProxyOptions = {}): Promise<Plan> {
  const { machine } = await openHost(createContext(options));
  if (machine === undefined) return buildPlan([]);
  const { httpPort, httpsPort, dnsPort } = options;
  return buildPlan(await previewProxy({ ...machine, httpPort, httpsPort, dnsPort }));
}

async function startDocker(context: Context, machine: Machine, ports: WantedPorts): Promise<EnsuredProxy> {
  const { signal, onLine } = context;
  const ensured = await ensureProxy({ ...machine, ...ports, signal, onLine });
  await withLock(machine.paths, "proxy", () => attachProxy(machine.engine, ensured.domains), { signal });
  await dropStaleFront(context, machine);
  return ensured;
}

async function startGateway(context: Context, { paths, noEngine }: Host, ports: WantedPorts): Promise<ProxyReport> {
  const status = await setGatewayPorts(ports, context);
  const { domains } = await readMachineConfig(paths);
  const proxy = describeGateway(status, { noEngine, domains });
  if (proxy.state === "stopped") context.onNote("the gateway starts with the first process: cspace up");
  for (const note of status?.gateway.notes ?? []) context.onNote(note);
  return proxy;
}

/** A rule of the host's resolver knows nothing of a port that was named since. */
async function noteOldRule({ onNote }: Context, machine: Machine, dnsPort: number | null): Promise<void> {
  const rulePort = await machine.ruleDnsPort();
  if (rulePort === null || dnsPort === null || rulePort === dnsPort) return;
  onNote(`the rule of the system's resolver names port ${rulePort}, and DNS is on ${dnsPort} now: cspace dns install`);
}
