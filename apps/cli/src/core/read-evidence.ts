import { type EngineReader, type HomePaths, readHttpPort, readMachineConfig } from "@cspace/compose";
import type { Context } from "../context.ts";
import type { EvidenceOptions } from "./describe-instance.ts";

/** Reads what all routes' URLs are decided from: the proxy's port and the domains. */
export async function readEvidence(
  { platform }: Context,
  { engine, paths }: { readonly engine: EngineReader; readonly paths: HomePaths },
): Promise<EvidenceOptions> {
  const [{ domains }, proxyPort] = await Promise.all([readMachineConfig(paths), readHttpPort(engine)]);
  return { proxyPort, domains, platform };
}
