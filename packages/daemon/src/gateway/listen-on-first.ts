import { type MachineConfig, portCandidates } from "@cspace/compose";
import { isCspaceError } from "@cspace/errors";
import type { Gateway, Listening } from "@cspace/gateway";

/** Where the gateway came to listen, and what kept it from better ports. */
export interface GatewayPorts {
  readonly httpPort: number | null;
  /** `null`: no port of the list could be had. Absent of an older daemon, which serves none. */
  readonly httpsPort?: number | null;
  readonly dnsPort: number | null;
  readonly notes: readonly string[];
}

/** The ports that were kept; of one that an older command does not name, the first of its list. */
export type KeptPorts = Pick<MachineConfig, "httpPort" | "dnsPort"> & Partial<Pick<MachineConfig, "httpsPort">>;

/**
 * Lets the gateway listen on the ports that were kept, else on the first of the list that can be had; behind another
 * proxy any port will do, so the last is one that the system chooses. Without a port for HTTPS or DNS it goes on.
 */
export async function listenOnFirst(
  gateway: Pick<Gateway, "listen">,
  { httpPort, httpsPort = null, dnsPort }: KeptPorts,
): Promise<GatewayPorts> {
  const http = [...(httpPort === null ? portCandidates.http : [httpPort]), 0];
  const https = [...(httpsPort === null ? portCandidates.https : [httpsPort]), null];
  const dns = [...(dnsPort === null ? portCandidates.dns : [dnsPort]), null];
  const notes: string[] = [];
  while (http.length > 0) {
    try {
      const ports = { httpPort: http[0] as number, httpsPort: https[0] ?? null, dnsPort: dns[0] ?? null };
      const found: Listening = await gateway.listen(ports);
      return { httpPort: found.httpPort, httpsPort: found.httpsPort, dnsPort: found.dnsPort, notes };
    } catch (error) {
      if (!isCspaceError(error) || !["CSPACE_PORT_TAKEN", "CSPACE_PORT_DENIED"].includes(error.code)) throw error;
      notes.push(error.message);
      const [, what = "HTTP"] = /for (HTTPS|HTTP|DNS)\b/.exec(error.message) ?? [];
      (what === "DNS" ? dns : what === "HTTPS" ? https : http).shift();
    }
  }
  return { httpPort: null, httpsPort: null, dnsPort: null, notes };
}
