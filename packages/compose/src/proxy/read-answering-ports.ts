import type { EngineReader } from "../engine/open-engine-reader.ts";
import { proxyContainer, proxyLabels } from "../proxy-names.ts";

/** Where the proxy answers, as far as it does; `null` for what it does not. */
export interface AnsweringPorts {
  readonly httpPort: number | null;
  readonly httpsPort: number | null;
}

/** Where the proxy answers, from one list of the engine's; nowhere when it does not run. */
export async function readAnsweringPorts(engine: EngineReader): Promise<AnsweringPorts> {
  const own = await engine.listContainers({ filters: { label: [proxyLabels.hash] } });
  const proxy = own.find(({ Names, State }) => Names.includes(`/${proxyContainer}`) && State === "running");
  const named = (label: string): number | null => {
    const text = proxy?.Labels[label];
    return text === undefined ? null : Number(text);
  };
  // One that an older version has started names none.
  const published = proxy?.Ports.find(({ PublicPort }) => PublicPort !== undefined)?.PublicPort ?? null;
  return { httpPort: named(proxyLabels.httpPort) ?? published, httpsPort: named(proxyLabels.httpsPort) };
}
