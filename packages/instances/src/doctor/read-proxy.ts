import {
  dnsContainer,
  isGone,
  isNewer,
  listContainerInstances,
  proxyContainer,
  proxySpec,
  readMachineConfig,
  readMarkedRunning,
  readProxyState,
  readReadyProxy,
} from "@cspace/compose";
import { findDaemon } from "@cspace/daemon";
import type { ProxyEvidence } from "@cspace/doctor";
import { probeRoute } from "@cspace/ports";
import type { Machine } from "../machine/open-engine.ts";
import { openHost } from "../machine/open-host.ts";
import { findHolder } from "./find-holder.ts";
import type { Reading } from "./reading.ts";

/** Who serves this machine's URLs, and what answers where they lead. */
export async function readProxy({ context, paths, timeoutMs }: Reading): Promise<ProxyEvidence> {
  const { machine } = await openHost(context);
  const common = {
    ownHome: paths.home,
    foreign: null,
    stuck: [],
    home: null,
    isHomeGone: false,
    isCurrent: null,
    isNewer: false,
    versions: [],
    dns: null,
  };
  if (machine === undefined) {
    const daemon = await findDaemon({ ...context, timeoutMs: Math.min(2000, timeoutMs) }).catch(() => undefined);
    const httpPort = daemon?.status.gateway.httpPort ?? null;
    const isNeeded = (await readMarkedRunning(paths)).length > 0;
    return {
      ...common,
      ...{
        engine: "gateway",
        state: httpPort === null ? "stopped" : "running",
        missing: ["the gateway"],
        isNeeded,
        httpPort,
      },
      ...(await readPort(httpPort, { isRunning: httpPort !== null, machine })),
    };
  }
  const { engine } = machine;
  const config = await readMachineConfig(paths);
  const [state, ready, instances] = await Promise.all([
    readProxyState(engine),
    readReadyProxy({ engine, paths }).catch(() => undefined),
    listContainerInstances({ engine }),
  ]);
  const httpPort = state.httpPort ?? config.httpPort ?? 80;
  return {
    ...common,
    engine: "docker",
    state: state.state,
    missing: [...(state.proxyRunning ? [] : [proxyContainer]), ...(state.dnsRunning ? [] : [dnsContainer])],
    stuck: state.stuck,
    foreign: state.foreign,
    home: state.home,
    isHomeGone: state.home !== null && isGone(state.home),
    isCurrent: state.state === "running" ? ready !== undefined : null,
    isNewer: isNewer(state.spec, proxySpec),
    versions: [`Traefik ${state.versions.traefik}`, `CoreDNS ${state.versions.coredns}`].filter(
      (one) => !/null$/.test(one),
    ),
    isNeeded: instances.length > 0,
    httpPort,
    dns: state.dnsRunning ? null : await readDnsPort(config.dnsPort ?? 53, machine),
    ...(await readPort(httpPort, { isRunning: state.proxyRunning, machine })),
  };
}

async function readPort(
  port: number | null,
  { isRunning, machine }: { readonly isRunning: boolean; readonly machine: Machine | undefined },
): Promise<Pick<ProxyEvidence, "answer" | "holder">> {
  if (port === null) return { answer: null, holder: null };
  if (!isRunning) {
    return { answer: null, holder: await findHolder(port, "tcp", machine) };
  }
  // No host of that name is served: Traefik and the gateway say so themselves.
  const probe = await probeRoute({ hostname: "nobody.invalid", mark: "nobody", port, timeoutMs: 2000 });
  const answers = { claimed: "other", unclaimed: "other", unreachable: "refused", timeout: "timeout" } as const;
  const isOurs = probe.state === "unclaimed" && probe.status === 404;
  if (isOurs) return { answer: "proxy", holder: null };
  const answer = answers[probe.state];
  return { answer, holder: answer === "other" ? await findHolder(port, "tcp", machine) : null };
}

async function readDnsPort(port: number, machine: Machine): Promise<ProxyEvidence["dns"]> {
  return { port, holder: await findHolder(port, "udp", machine) };
}
