import { readAnsweringPorts, readMachineConfig } from "@cspace/compose";
import { readSecure } from "../https/read-secure.ts";
import type { Reader } from "../machine/open-reader.ts";
import type { Context } from "../options.ts";
import type { EvidenceOptions } from "./describe-listed.ts";

/** Reads what all routes' URLs are decided from: the proxy's ports, the domains, and who trusts what is shown over HTTPS. */
export async function readEvidence(
  context: Pick<Context, "env" | "platform">,
  { engine, paths }: Reader,
): Promise<EvidenceOptions> {
  const [{ domains }, ports] = await Promise.all([readMachineConfig(paths), readAnsweringPorts(engine)]);
  const secure = await readSecure(context, paths, ports.httpsPort);
  return { proxyPort: ports.httpPort, domains, platform: context.platform, secure };
}
