import { previewProxyRemoval, readMachineConfig, stopProxy as stopContainers } from "@cspace/compose";
import { findDaemon } from "@cspace/daemon";
import { buildPlan, type Plan } from "@cspace/plan";
import type { ProxyReport } from "../documents.ts";
import { type Host, openHost } from "../machine/open-host.ts";
import { type Context, createContext, type InstanceOptions } from "../options.ts";
import { describeDockerProxy, describeGateway } from "./describe-proxy.ts";

/** What {@link stopProxy} left. */
export interface StoppedProxy {
  readonly proxy: ProxyReport;
  /** Whether it was there. */
  readonly changed: boolean;
}

/**
 * Removes the proxy, or without an engine lets the gateway leave its ports until the next start of an instance; every URL
 * falls back to its own port.
 */
export async function stopProxy(options: InstanceOptions = {}): Promise<StoppedProxy> {
  const context = createContext(options);
  const host = await openHost(context);
  const { machine } = host;
  if (machine === undefined) return await releaseGateway(context, host);
  const changed = await stopContainers({ ...machine, signal: context.signal });
  return { proxy: await describeDockerProxy(machine), changed };
}

/** Tells what {@link stopProxy} would remove. */
export async function planProxyStop(options: InstanceOptions = {}): Promise<Plan> {
  const { machine } = await openHost(createContext(options));
  return buildPlan(machine === undefined ? [] : await previewProxyRemoval(machine.engine));
}

async function releaseGateway(context: Context, { paths, noEngine }: Host): Promise<StoppedProxy> {
  const [daemon, { domains }] = await Promise.all([findDaemon(context), readMachineConfig(paths)]);
  const changed = daemon !== undefined && daemon.status.gateway.httpPort !== null;
  const status = changed ? await daemon.client.release() : daemon?.status;
  return { proxy: describeGateway(status, { noEngine, domains }), changed };
}
