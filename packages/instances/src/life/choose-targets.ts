import type { DaemonErrorCode } from "@cspace/daemon";
import { CspaceError } from "@cspace/errors";
import { suggestName } from "@cspace/project";
import type { MachineRoute } from "../describe/merge-instances.ts";
import type { InstancesErrorCode } from "../instances-error-code.ts";

/** What of an instance is meant; `undefined`: all of its kind. */
export interface Targets {
  readonly services: readonly string[] | undefined;
  readonly processes: readonly string[] | undefined;
}

/** What an instance consists of. */
export interface Whole {
  readonly instance: string;
  readonly routes: readonly Pick<MachineRoute, "label" | "service" | "isProcess" | "leased">[];
  readonly services: readonly string[];
}

/**
 * Finds what names mean in an instance: a label is what serves it, a service is itself. Without a name all is meant. Pure.
 *
 * @throws {CspaceError} `CSPACE_LABEL_UNKNOWN` for a name that is neither, `CSPACE_LABEL_TAKEN` for what a command in somebody's
 * terminal serves.
 */
export function chooseTargets({ instance, routes, services }: Whole, names: readonly string[]): Targets {
  if (names.length === 0) return { services: undefined, processes: undefined };
  const wanted = { services: new Set<string>(), processes: new Set<string>() };
  for (const name of names) {
    const route = routes.find(({ label }) => label === name);
    if (route?.leased === true) throw leased(instance, name);
    if (route?.isProcess === true) wanted.processes.add(name);
    else if (route !== undefined) wanted.services.add(route.service);
    else if (services.includes(name)) wanted.services.add(name);
    else throw unknown(instance, name, [...new Set([...routes.map(({ label }) => label), ...services])]);
  }
  return { services: [...wanted.services], processes: [...wanted.processes] };
}

function leased(instance: string, name: string): CspaceError<DaemonErrorCode> {
  return new CspaceError("CSPACE_LABEL_TAKEN", `${name} of ${instance} is served by a command in the foreground`, {
    hint: "end it, or look at it, in the terminal that it runs in",
  });
}

function unknown(instance: string, name: string, known: readonly string[]): CspaceError<InstancesErrorCode> {
  const near = suggestName(name, known);
  return new CspaceError("CSPACE_LABEL_UNKNOWN", `${instance} has no route and no service ${name}`, {
    hint: `${near === undefined ? "" : `did you mean ${near}? `}there are: ${known.join(", ") || "none"}`,
  });
}
