import {
  attachProxy,
  ensureCatchAll,
  ensureProxy,
  findGatewayAddress,
  readMachineConfig,
  withLock,
} from "@cspace/compose";
import { type DaemonErrorCode, keepPorts, type RunningDaemon } from "@cspace/daemon";
import { CspaceError } from "@cspace/errors";
import type { Host } from "../machine/open-host.ts";
import type { Context } from "../options.ts";

/** Where the proxy answers HTTP for processes, and whether something was changed for it. */
export interface ProcessFront {
  readonly httpPort: number;
  /** `null`: it serves no HTTPS. */
  readonly httpsPort: number | null;
  readonly domains: readonly string[];
  readonly changed: boolean;
}

/**
 * Makes sure that processes are served: by the gateway itself where there is no Docker engine, else through Traefik, which
 * hands on what no container claims.
 */
export async function serveProcesses(context: Context, host: Host, daemon: RunningDaemon): Promise<ProcessFront> {
  const { onNote, signal } = context;
  const { machine } = host;
  const { client, status } = daemon;
  if (machine === undefined) {
    const { httpPort, httpsPort, dnsPort, domains } = await readMachineConfig(host.paths);
    const { gateway } = await client.direct({ httpPort, httpsPort, dnsPort });
    if (gateway.httpPort === null) {
      throw new CspaceError<DaemonErrorCode>("CSPACE_DAEMON_FAILED", "the gateway has no port to listen on", {
        hint: "see what takes its ports, and run the command again",
      });
    }
    await keepPorts(host.paths, gateway);
    const changed = status.gateway.httpPort === null;
    for (const note of changed ? gateway.notes : []) onNote(note);
    return { httpPort: gateway.httpPort, httpsPort: gateway.httpsPort ?? null, domains, changed };
  }
  // Traefik takes the same ports, so that no URL changes.
  if (status.gateway.httpPort !== null) await client.release();
  const proxy = await ensureProxy({ ...machine, signal });
  for (const note of proxy.notes) onNote(note);
  const changed = await withLock(
    machine.paths,
    "proxy",
    async () => {
      await attachProxy(machine.engine, proxy.domains);
      const { host: name, further } = findGatewayAddress(await machine.engine.listNetworks());
      const port = await client.front(further);
      return ensureCatchAll(machine.engine, machine.paths, { domains: proxy.domains, url: `http://${name}:${port}` });
    },
    { signal },
  );
  const { httpPort, httpsPort, domains } = proxy;
  return { httpPort, httpsPort, domains, changed: proxy.changed || changed };
}
