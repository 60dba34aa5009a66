import { listPorts, type Port } from "@cspace/instances";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { instanceOptions } from "../instance-options.ts";
import { renderTable } from "../output/table.ts";

interface PortsDocument {
  readonly ports: readonly Port[];
}

/** Lists where every port of an instance is on this machine. */
export async function run(context: Context, args: CommandArgs): Promise<PortsDocument> {
  return { ports: await listPorts(instanceOptions(context, args.instance)) };
}

/** Renders the ports for people. */
export function render({ ports }: PortsDocument, { output: { style } }: Context): string {
  return renderTable(
    ports.map(({ label, service, port, protocol, localAddress }) => [
      label ?? service,
      localAddress ?? style.dim("-"),
      style.dim(`${label === null ? "" : `${service}, `}port ${port}/${protocol}`),
    ]),
  );
}
