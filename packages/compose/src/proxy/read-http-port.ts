import type { EngineReader } from "../engine/open-engine-reader.ts";
import { proxyContainer, proxyLabels } from "../proxy-names.ts";

/** Where the proxy answers HTTP, from one list of the engine's; `null` when it does not run. */
export async function readHttpPort(engine: EngineReader): Promise<number | null> {
  const own = await engine.listContainers({ filters: { label: [proxyLabels.hash] } });
  const proxy = own.find(({ Names, State }) => Names.includes(`/${proxyContainer}`) && State === "running");
  const named = proxy?.Labels[proxyLabels.httpPort];
  if (named !== undefined) return Number(named);
  return proxy?.Ports.find(({ PublicPort }) => PublicPort !== undefined)?.PublicPort ?? null;
}
