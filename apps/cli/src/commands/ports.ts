import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { describePort, localAddress } from "../core/describe-instance.ts";
import type { Port } from "../core/documents.ts";
import { namedInstance } from "../core/find-instance.ts";
import { findKnown } from "../core/find-route.ts";
import type { MachineRoute } from "../core/machine-instances.ts";
import { renderTable } from "../output/table.ts";

interface PortsDocument {
  readonly ports: readonly Port[];
}

/** Lists where every port of an instance is on this machine: of routes first, then of what is no route. */
export async function run(context: Context, args: CommandArgs): Promise<PortsDocument> {
  const { known, instance } = await findKnown(context, namedInstance(context, args.instance));
  // Where a container's ports are, the engine alone can tell.
  if (known.silence !== null && instance.routes.some(({ bindings }) => bindings === null)) throw known.silence;
  return { ports: [...instance.routes.map(describeRoutePort), ...instance.ports.map(describePort)] };
}

/** Renders the ports for people. */
export function render({ ports }: PortsDocument, { output: { style } }: Context): string {
  return renderTable(
    ports.map(({ label, service, port, protocol, localAddress: address }) => [
      label ?? service,
      address ?? style.dim("-"),
      style.dim(`${label === null ? "" : `${service}, `}port ${port}/${protocol}`),
    ]),
  );
}

function describeRoutePort({ label, service, port, bindings, running }: MachineRoute): Port {
  return { label, service, port, protocol: "tcp", localAddress: running ? localAddress(bindings ?? []) : null };
}
