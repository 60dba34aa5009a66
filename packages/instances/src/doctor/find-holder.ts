import { listPublished } from "@cspace/compose";
import { describeHolder, type PortProtocol, portHolder } from "@cspace/ports";
import type { Machine } from "../machine/open-engine.ts";

/** Who has a port of this machine, in words; `null`: nobody, or nobody can tell. */
export async function findHolder(
  port: number,
  protocol: PortProtocol,
  machine: Machine | undefined,
): Promise<string | null> {
  const containers = async (): ReturnType<typeof listPublished> =>
    machine === undefined ? [] : await listPublished(machine.engine);
  const holder = await portHolder(port, { protocol, containers }).catch(() => undefined);
  return holder === undefined ? null : describeHolder(holder);
}
