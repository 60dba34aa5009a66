import { type HeldRoute, isOver } from "@cspace/daemon";
import { chooseTargets, type Targets } from "../life/choose-targets.ts";
import { planRoutes } from "./plan-routes.ts";
import type { PreparedStart } from "./prepare-start.ts";

/**
 * Finds what of an instance is to be started, before anything of it runs; `undefined`: all of its kind.
 *
 * @throws {CspaceError} `CSPACE_LABEL_UNKNOWN`, and what Compose says of its files.
 */
export async function choosePart({ targets, record, project, stack, processes }: PreparedStart): Promise<Targets> {
  if (targets.length === 0) return { services: undefined, processes: undefined };
  const model = (await stack?.model)?.model;
  const routes = [
    ...(model === undefined ? [] : planRoutes(project, model)),
    ...processes.map(({ label }) => ({ label, service: label, isProcess: true as const })),
  ];
  const services = Object.keys(model?.services ?? {});
  return chooseTargets({ instance: record.instance, routes, services }, targets);
}

/** The processes of a part, and those beside it that run and go on. Pure. */
export function processesOf<Process extends { readonly label: string }>(
  all: readonly Process[],
  { processes: wanted }: Pick<Targets, "processes">,
  held: readonly HeldRoute[],
): Process[] {
  const runs = (label: string): boolean => held.some((one) => one.label === label && !isOver(one.state));
  return all.filter(({ label }) => wanted === undefined || wanted.includes(label) || runs(label));
}
