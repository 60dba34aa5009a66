import { readListeners, thisSystem } from "@cspace/processes";
import type { Port } from "../documents.ts";
import type { MachineRoute } from "./merge-instances.ts";

/** The ports on which processes listen beside those of their routes; none where the system does not tell. */
export async function readFurtherPorts(routes: readonly MachineRoute[]): Promise<Port[]> {
  const own = new Set(routes.map(({ port }) => port));
  const found = await Promise.all(
    routes.map(async ({ label, pid }): Promise<Port[]> => {
      const listeners = typeof pid === "number" ? await readListeners(pid, thisSystem) : null;
      const ports = new Set((listeners ?? []).map(({ port }) => port).filter((port) => !own.has(port)));
      return [...ports].map((port) => {
        return { label: null, service: label, port, protocol: "tcp", localAddress: `localhost:${port}` };
      });
    }),
  );
  return found.flat();
}
