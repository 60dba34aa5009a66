import type { ListedContainer } from "@cspace/ports";
import type { EngineReader } from "./open-engine-reader.ts";

/** The containers that run and the ports of this machine that they have, as `portHolder` asks for them. */
export async function listPublished(engine: EngineReader): Promise<ListedContainer[]> {
  return (await engine.listContainers()).map((container) => ({
    name: (container.Names[0] ?? container.Id).replace(/^\//, ""),
    ports: container.Ports.flatMap(({ PublicPort, Type }) =>
      PublicPort === undefined ? [] : [{ publicPort: PublicPort, type: Type }],
    ),
  }));
}
