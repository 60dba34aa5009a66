import { readMachineConfig, readProxyState } from "@cspace/compose";
import type { Context } from "../context.ts";
import type { EvidenceOptions } from "./describe-instance.ts";
import type { Machine } from "./open-engine.ts";

/** Reads what all routes' URLs are decided from: the proxy's port and the domains. */
export async function readEvidence(context: Context, machine: Machine): Promise<EvidenceOptions> {
  const [config, proxy] = await Promise.all([readMachineConfig(machine.paths), readProxyState(machine.engine)]);
  return {
    proxyPort: proxy.proxyRunning ? proxy.httpPort : null,
    domains: config.domains,
    platform: context.platform,
  };
}
