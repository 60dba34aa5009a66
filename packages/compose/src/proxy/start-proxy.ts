import type { DockerEngine } from "../engine/docker-engine.ts";
import { type RunCompose, requireCompose } from "../engine/run-compose.ts";
import type { HomePaths } from "../home/home-paths.ts";
import { type MachineConfig, readMachineConfig, writeMachineConfig } from "../home/machine-config.ts";
import { choosePorts, portCandidates, portTaken } from "./choose-proxy-ports.ts";
import { readProxyState } from "./proxy-state.ts";
import { type AskedPorts, readAskedConfig } from "./read-asked-config.ts";
import type { PortConflict, ProxyPorts } from "./read-port-conflict.ts";
import { refuseForeign } from "./refuse-foreign.ts";
import { requireAnswers } from "./require-answers.ts";
import { restoreStack, startStack } from "./start-stack.ts";

/** Options of {@link startProxy}. */
export interface StartProxyOptions extends AskedPorts {
  readonly engine: DockerEngine;
  readonly compose: RunCompose;
  readonly paths: HomePaths;
  /**
   * The DNS port that a rule of the host's resolver names: where none is kept, DNS takes that one or none.
   * @default none
   */
  readonly ruleDnsPort?: (() => Promise<number | null>) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
}

/** What {@link startProxy} made. */
export interface StartedProxy extends ProxyPorts {
  readonly changed: boolean;
  readonly domains: readonly string[];
  /** Each a sentence for the user: a port that was taken, a DNS that had to be left out. */
  readonly notes: readonly string[];
}

/**
 * Starts what is missing or changed of the proxy, on the first ports that Docker does not refuse, and keeps these. Call
 * it under the machine's lock.
 *
 * @throws {CspaceError} as `ensureProxy`; what ran before on other ports is brought back.
 */
export async function startProxy(options: StartProxyOptions): Promise<StartedProxy> {
  const { engine, compose, paths, signal } = options;
  await requireCompose(compose, "/");
  const state = await readProxyState(engine);
  refuseForeign(state, paths);
  const config = await readAskedConfig(paths, options);
  const none = (): Map<number, PortConflict["reason"]> => new Map();
  const refused = { http: none(), https: none(), dns: none() };
  const isRefused = ({ kind, port }: PortConflict): boolean => refused[kind].has(port);
  for (const name of state.stuck) await engine.removeContainer(name);
  let current = state;
  for (;;) {
    const chosen = await choosePorts({ config, state, current, refused, ...options }).catch(async (error: unknown) => {
      if (Object.values(refused).some(({ size }) => size > 0)) await restoreStack({ ...options, state, config });
      throw error;
    });
    const { changed, conflict } = await startStack(chosen, { ...options, state, config });
    if (conflict !== undefined) {
      if (isRefused(conflict)) throw portTaken(conflict.kind, { port: conflict.port, why: "is refused by Docker" });
      refused[conflict.kind].set(conflict.port, conflict.reason);
      current = await readProxyState(engine);
      continue;
    }
    const { httpPort, httpsPort, dnsPort, notes } = chosen;
    await keepPorts(paths, config, chosen);
    await requireAnswers({ httpPort, httpsPort, dnsPort, domain: config.domains[0] as string, signal });
    return { changed, httpPort, httpsPort, dnsPort, domains: config.domains, notes };
  }
}

/** Keeps a choice once it works, unless it is the first candidate and nobody asked for it, so that URLs do not move. */
async function keepPorts(paths: HomePaths, config: MachineConfig, ports: ProxyPorts): Promise<void> {
  const kept = await readMachineConfig(paths);
  const keep = (port: number | null, [first]: readonly number[], before: number | null): number | null =>
    port === null || port === first ? before : port;
  const change = {
    httpPort: keep(ports.httpPort, portCandidates.http, config.httpPort),
    httpsPort: keep(ports.httpsPort, portCandidates.https, config.httpsPort),
    dnsPort: keep(ports.dnsPort, portCandidates.dns, config.dnsPort),
  };
  const isKept = Object.entries(change).every(([name, port]) => port === kept[name as keyof typeof change]);
  if (!isKept) await writeMachineConfig(paths, change);
}
