import { findKnown } from "../describe/find-known.ts";
import { openHost } from "../machine/open-host.ts";
import { createContext, type InstanceOptions } from "../options.ts";

/** The variables that a container of an instance was started with. */
export interface ServiceEnvironment {
  readonly service: string;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Reads the variables that the containers of an instance were started with, by service; they may hold secrets.
 *
 * @throws {CspaceError} as `describeInstance`.
 */
export async function readServiceEnvironments(options: InstanceOptions = {}): Promise<ServiceEnvironment[]> {
  const context = createContext(options);
  const [{ instance }, { machine }] = await Promise.all([findKnown(context), openHost(context)]);
  if (machine === undefined) return [];
  const found = await Promise.all(
    instance.containers.map(async ({ id, service }): Promise<ServiceEnvironment> => {
      const container = await machine.engine.inspectContainer(id);
      return { service, variables: Object.fromEntries((container?.Config.Env ?? []).map(toEntry)) };
    }),
  );
  // Several containers of one service were started alike.
  return [...new Map(found.map((one) => [one.service, one])).values()];
}

function toEntry(line: string): [name: string, value: string] {
  const at = line.indexOf("=");
  return at === -1 ? [line, ""] : [line.slice(0, at), line.slice(at + 1)];
}
