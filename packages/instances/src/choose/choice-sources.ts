import type { DockerEngine, EngineReader, HomePaths } from "@cspace/compose";
import type { Host } from "../machine/open-host.ts";

/** What there is to choose among: the engine's instances, and this home's records. */
export interface ChoiceSources {
  readonly engine: Pick<DockerEngine, "listContainers" | "listNetworks" | "listVolumes">;
  /** The engine as it was a moment ago, for what needs no lock. @default the engine itself */
  readonly snapshot?: Pick<EngineReader, "listContainers">;
  readonly paths: HomePaths;
}

/** What instances are chosen among on this machine: without an engine, the records of this home alone. */
export function choiceSources({ machine, paths }: Host): ChoiceSources {
  const none = async (): Promise<[]> => [];
  return machine ?? { engine: { listContainers: none, listNetworks: none, listVolumes: none }, paths };
}
