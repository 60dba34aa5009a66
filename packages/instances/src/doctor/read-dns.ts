import { readMachineConfig, readProxyState } from "@cspace/compose";
import { findDaemon } from "@cspace/daemon";
import type { DnsEvidence } from "@cspace/doctor";
import { askDns } from "@cspace/ports";
import { openHost } from "../machine/open-host.ts";
import { findHolder } from "./find-holder.ts";
import type { Reading } from "./reading.ts";

/** Whether cspace's DNS can be asked where the rules of resolvers lead. */
export async function readDns({ context, paths, timeoutMs }: Reading): Promise<DnsEvidence> {
  const [{ machine }, { domains }] = await Promise.all([openHost(context), readMachineConfig(paths)]);
  const questionMs = Math.min(2000, timeoutMs);
  const ofGateway = async (): Promise<number | null> =>
    (await findDaemon({ ...context, timeoutMs: questionMs }).catch(() => undefined))?.status.gateway.dnsPort ?? null;
  const state = machine === undefined ? undefined : await readProxyState(machine.engine);
  const port = state === undefined ? await ofGateway() : state.dnsRunning ? state.dnsPort : null;
  if (port === null) return { port, answer: null, holder: null };
  const answer = await askDns(port, `doctor.check.${domains[0]}`, { timeoutMs: questionMs });
  if (answer === "loopback") return { port, answer: "cspace", holder: null };
  return { port, answer, holder: answer === "other" ? await findHolder(port, "udp", machine) : null };
}
