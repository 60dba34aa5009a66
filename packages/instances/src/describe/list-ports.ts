import type { Port } from "../documents.ts";
import { createContext, type InstanceOptions } from "../options.ts";
import { describePort, localAddress } from "./describe-listed.ts";
import { findKnown } from "./find-known.ts";
import type { MachineRoute } from "./merge-instances.ts";
import { readFurtherPorts } from "./read-further-ports.ts";

/**
 * Lists where every port of an instance is on this machine: of routes first, then of what is no route, and on what its
 * processes listen besides.
 *
 * @throws {CspaceError} as `describeInstance`.
 */
export async function listPorts(options: InstanceOptions = {}): Promise<Port[]> {
  const { known, instance } = await findKnown(createContext(options));
  // Where a container's ports are, the engine alone can tell.
  if (known.silence !== null && instance.routes.some(({ bindings }) => bindings === null)) throw known.silence;
  const further = await readFurtherPorts(instance.routes);
  return [...instance.routes.map(describeRoutePort), ...instance.ports.map(describePort), ...further];
}

function describeRoutePort({ label, service, port, bindings, running }: MachineRoute): Port {
  return { label, service, port, protocol: "tcp", localAddress: running ? localAddress(bindings ?? []) : null };
}
