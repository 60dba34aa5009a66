import { type MachineConfig, portCandidates } from "@cspace/compose";
import { isCspaceError } from "@cspace/errors";
import type { Gateway, Listening } from "@cspace/gateway";

/** Where the gateway came to listen, and what kept it from better ports. */
export interface GatewayPorts {
  readonly httpPort: number | null;
  readonly dnsPort: number | null;
  readonly notes: readonly string[];
}

/**
 * Lets the gateway listen on the ports that were kept, else on the first of the list that can be had; behind another
 * proxy any port will do, so the last is one that the system chooses. Without a port for DNS it goes on.
 */
export async function listenOnFirst(
  gateway: Pick<Gateway, "listen">,
  { httpPort, dnsPort }: Pick<MachineConfig, "httpPort" | "dnsPort">,
): Promise<GatewayPorts> {
  const http = [...(httpPort === null ? portCandidates.http : [httpPort]), 0];
  const dns = [...(dnsPort === null ? portCandidates.dns : [dnsPort]), null];
  const notes: string[] = [];
  while (http.length > 0) {
    try {
      const found: Listening = await gateway.listen({ httpPort: http[0] as number, dnsPort: dns[0] ?? null });
      return { httpPort: found.httpPort, dnsPort: found.dnsPort, notes };
    } catch (error) {
      if (!isCspaceError(error) || !["CSPACE_PORT_TAKEN", "CSPACE_PORT_DENIED"].includes(error.code)) throw error;
      notes.push(error.message);
      (/for DNS/.test(error.message) ? dns : http).shift();
    }
  }
  return { httpPort: null, dnsPort: null, notes };
}
