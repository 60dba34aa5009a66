import { type EngineReader, listContainerInstances, readRecords } from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import { toSlug } from "@cspace/hostnames";
import type { ProjectScope } from "../choose/read-scope.ts";
import type { InstancesErrorCode } from "../instances-error-code.ts";
import type { Machine } from "../machine/open-engine.ts";
import type { Context } from "../options.ts";
import type { Stack } from "./read-stack.ts";

/** What is known before an instance is chosen. */
export interface NamedStart {
  readonly machine: Machine;
  readonly snapshot: EngineReader;
  readonly scope: ProjectScope;
  /** The stack of the named instance, where it could be read so early. */
  readonly early: Promise<Stack | undefined>;
}

/**
 * Asserts that the name of an instance that there is not is no service's, which is what its user will have meant.
 *
 * @throws {CspaceError} `CSPACE_CONFIRMATION_NEEDED`
 */
export async function requireNoService(
  context: Context,
  { machine, snapshot, scope, early }: NamedStart,
): Promise<void> {
  const { instance: name } = context;
  if (name === undefined) return;
  const { slug } = toSlug(name);
  const project = scope.projectSlug;
  const live = await listContainerInstances({ engine: snapshot, project });
  if (live.some(({ instance }) => instance === slug)) return;
  const services = (await (await early)?.model)?.model.services ?? {};
  if (services[name] === undefined) return;
  if ((await readRecords(machine.paths, project)).some(({ instance }) => instance === slug)) return;
  throw new CspaceError<InstancesErrorCode>(
    "CSPACE_CONFIRMATION_NEEDED",
    `${name} is a service of ${project}, and no instance of it: up starts all of its services`,
    {
      hint: `start them: cspace up; build one: cspace compose build ${name}; an instance of that name all the same: cspace up ${name} --yes`,
    },
  );
}
