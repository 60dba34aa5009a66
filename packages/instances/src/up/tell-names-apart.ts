import { type ComposeModel, listContainerInstances, readRecords } from "@cspace/compose";
import { toSlug } from "@cspace/hostnames";
import type { Project } from "@cspace/project";
import type { ChoiceSources } from "../choose/choice-sources.ts";
import type { ProjectScope } from "../choose/read-scope.ts";
import type { RoutedProcess } from "./read-processes.ts";

/** What a user said of what is to be started. */
export interface SaidNames {
  /** The instance, where it was named as such. */
  readonly given: string | undefined;
  /** In the order in which they were typed. */
  readonly names: readonly string[];
  /** Labels and services, named as such. */
  readonly targets: readonly string[];
  /** Whether the first of the names is the instance in any case. */
  readonly yes: boolean;
}

/** What names may mean. */
export interface NameSources {
  readonly sources: ChoiceSources;
  readonly scope: ProjectScope;
  readonly processes: readonly RoutedProcess[];
  /** What Compose makes of the project's files. */
  readonly model: (() => Promise<ComposeModel | undefined>) | undefined;
}

/**
 * Tells an instance from labels and services, as people type them one after the other: the first name is the instance's,
 * unless another one was named, or nothing but a label or a service is called so.
 */
export async function tellNamesApart(
  { given, names, targets, yes }: SaidNames,
  { sources, scope, processes, model }: NameSources,
): Promise<{ readonly instance: string | undefined; readonly targets: readonly string[] }> {
  const [first, ...rest] = names;
  if (first === undefined || given !== undefined) return { instance: given, targets: [...names, ...targets] };
  const isInstance = yes || (await isKnown(sources, scope, toSlug(first).slug));
  const isPart = !isInstance && partNames(scope.project, processes, await model?.()).has(first);
  return isPart
    ? { instance: undefined, targets: [...names, ...targets] }
    : { instance: first, targets: [...rest, ...targets] };
}

async function isKnown(
  { engine, snapshot = engine, paths }: ChoiceSources,
  { projectSlug: project }: ProjectScope,
  slug: string,
): Promise<boolean> {
  const live = await listContainerInstances({ engine: snapshot, project });
  if (live.some(({ instance }) => instance === slug)) return true;
  return (await readRecords(paths, project)).some(({ instance }) => instance === slug);
}

/** The names that mean a part of a project, as far as they are known before its routes are planned. Pure. */
function partNames(
  { settings }: Project,
  processes: readonly RoutedProcess[],
  model: ComposeModel | undefined,
): ReadonlySet<string> {
  const labels = Object.keys(settings.routes ?? {});
  return new Set([...labels, ...processes.map(({ label }) => label), ...Object.keys(model?.services ?? {})]);
}
