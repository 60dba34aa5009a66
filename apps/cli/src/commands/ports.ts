import { type ListedInstance, listInstances } from "@cspace/compose";
import type { CommandArgs } from "../command.ts";
import type { Context } from "../context.ts";
import { describePort, localAddress } from "../core/describe-instance.ts";
import type { Port } from "../core/documents.ts";
import { namedInstance, pickInstance, readScope } from "../core/find-instance.ts";
import { openReader } from "../core/open-reader.ts";
import { renderTable } from "../output/table.ts";

interface PortsDocument {
  readonly ports: readonly Port[];
}

/** Lists where every port of an instance is on this machine: of routes first, then of what is no route. */
export async function run(context: Context, args: CommandArgs): Promise<PortsDocument> {
  const name = namedInstance(context, args.instance);
  const [scope, { engine }] = await Promise.all([readScope(context), openReader(context)]);
  const listed = pickInstance(await listInstances({ engine, project: scope.projectSlug }), { scope, name });
  return { ports: [...listed.routes.map(describeRoutePort), ...listed.ports.map(describePort)] };
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

function describeRoutePort({ label, service, port, bindings, running }: ListedInstance["routes"][number]): Port {
  return { label, service, port, protocol: "tcp", localAddress: running ? localAddress(bindings ?? []) : null };
}
