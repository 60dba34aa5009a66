import { readHttpPort, readMachineConfig } from "@cspace/compose";
import type { Context } from "../context.ts";
import type { EvidenceOptions } from "./describe-instance.ts";
import type { Reader } from "./open-reader.ts";

/** Reads what all routes' URLs are decided from: the proxy's port and the domains. */
export async function readEvidence({ platform }: Context, { engine, paths }: Reader): Promise<EvidenceOptions> {
  const [{ domains }, proxyPort] = await Promise.all([readMachineConfig(paths), readHttpPort(engine)]);
  return { proxyPort, domains, platform };
}
