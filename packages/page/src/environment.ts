import { type InstanceOptions, readEnvironment, readServiceEnvironments } from "@cspace/instances";
import type { PageVariable } from "./model.ts";

/** Variables that say where something is, and nothing that anybody would keep to himself. */
const open =
  /^(CSPACE_\w+|PATH|HOST|PORT|(?:NO|no)_(?:PROXY|proxy)|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|\w+_CA_(?:BUNDLE|CERTS))$/;

/** The variables of one service, or of programs beside an instance. */
interface Variables {
  readonly service: string | null;
  readonly variables: Readonly<Record<string, string>>;
}

/** Reads every variable of an instance, with its value. */
export async function readVariables(options: InstanceOptions): Promise<readonly Variables[]> {
  const [own, services] = await Promise.all([readEnvironment(options), readServiceEnvironments(options)]);
  return [{ service: null, variables: own }, ...services];
}

/** Variables as the page shows them: those that say where something is with their values, all others only with their names. Pure. */
export function maskVariables(all: readonly Variables[]): PageVariable[] {
  return all.flatMap(({ service, variables }) =>
    Object.entries(variables)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => ({ service, name, value: open.test(name) ? value : null })),
  );
}
