import type { InstanceRecord } from "@cspace/compose";
import { localUrl } from "@cspace/ports";
import type { Project } from "@cspace/project";
import { readKnown } from "../describe/read-known.ts";
import type { Origin } from "../https/choose-origin.ts";
import type { Context } from "../options.ts";
import { processEnvironment } from "./process-environment.ts";

/** Options of {@link readRunEnvironment}. */
export interface RunEnvironmentOptions {
  readonly record: InstanceRecord;
  readonly project: Project;
  /** The label that the command serves. */
  readonly label: string;
  /** The port that it is told to take. */
  readonly port: number;
  readonly domains: readonly string[];
  readonly origin: Origin;
  readonly trust: Readonly<Record<string, string>>;
}

/** The variables of an instance for a foreground command, which is one of its routes. */
export async function readRunEnvironment(
  context: Context,
  { record, project, label, port, ...where }: RunEnvironmentOptions,
): Promise<Record<string, string>> {
  const envOf = (route: string): readonly string[] => project.settings.routes?.[route]?.env ?? [];
  const { instances } = await readKnown(context, record.project);
  const others = (instances.find(({ instance }) => instance === record.instance)?.routes ?? [])
    .filter((route) => route.label !== label)
    .map((route) => ({ label: route.label, env: envOf(route.label), localUrl: localUrl(route.bindings ?? []) }));
  const routes = [{ label, env: envOf(label), localUrl: `http://localhost:${port}` }, ...others];
  return await processEnvironment({ ...where, inherited: context.env, record, routes });
}
