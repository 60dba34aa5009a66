import type { ClaimMachine } from "./choose-for-up.ts";
import type { Host } from "./open-host.ts";

/** What instances are chosen among on this machine: without an engine, the records of this home alone. */
export function claimMachine({ machine, paths }: Host): ClaimMachine {
  const none = async (): Promise<[]> => [];
  return machine ?? { engine: { listContainers: none, listNetworks: none, listVolumes: none }, paths };
}
