import { readHttpPort, readMachineConfig } from "@cspace/compose";
import type { Reader } from "../machine/open-reader.ts";
import type { Context } from "../options.ts";
import type { EvidenceOptions } from "./describe-listed.ts";

/** Reads what all routes' URLs are decided from: the proxy's port and the domains. */
export async function readEvidence(
  { platform }: Pick<Context, "platform">,
  { engine, paths }: Reader,
): Promise<EvidenceOptions> {
  const [{ domains }, proxyPort] = await Promise.all([readMachineConfig(paths), readHttpPort(engine)]);
  return { proxyPort, domains, platform };
}
