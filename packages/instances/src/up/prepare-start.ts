import {
  type ComposeModel,
  type EngineReader,
  type InstanceRecord,
  type ListedInstance,
  type Selection,
  snapshotEngine,
} from "@cspace/compose";
import { CspaceError } from "@cspace/errors";
import { toSlug } from "@cspace/hostnames";
import type { Project } from "@cspace/project";
import { choiceSources } from "../choose/choice-sources.ts";
import { chooseForUp } from "../choose/choose-for-up.ts";
import { hasContainers } from "../choose/has-containers.ts";
import { type ProjectScope, readProjectScope } from "../choose/read-scope.ts";
import { type AskedSelection, readAsked } from "../compose/read-asked.ts";
import type { InstancesErrorCode } from "../instances-error-code.ts";
import { openCompose } from "../machine/open-compose.ts";
import type { Machine } from "../machine/open-engine.ts";
import type { Host } from "../machine/open-host.ts";
import type { Context } from "../options.ts";
import { copyFromMain } from "./copy-from-main.ts";
import type { RoutedProcess } from "./read-processes.ts";
import { readStack, type Stack } from "./read-stack.ts";
import { tellNamesApart } from "./tell-names-apart.ts";

/** What there is to start, decided before anything is touched but the instance's record. */
export interface PreparedStart {
  readonly project: Project;
  readonly record: InstanceRecord;
  /** How the engine has the instance already. */
  readonly listed: ListedInstance | undefined;
  readonly host: Host;
  /** Its containers; `undefined` for one that consists of processes. */
  readonly stack: PreparedStack | undefined;
  readonly processes: readonly RoutedProcess[];
  /** The labels and services that are to be started of it; none: all. */
  readonly targets: readonly string[];
}

/** The containers of an instance, and the engine that is to run them. */
export interface PreparedStack extends Stack {
  readonly machine: Machine;
  /** The engine as it was when the instance was chosen. */
  readonly snapshot: EngineReader;
}

/** Options of {@link prepareStart}. */
export interface PrepareStartOptions extends AskedSelection {
  readonly names?: readonly string[] | undefined;
  readonly targets?: readonly string[] | undefined;
  readonly fresh?: boolean | undefined;
  readonly yes?: boolean | undefined;
  /** Writes nothing. @default false */
  readonly dryRun?: boolean | undefined;
}

/**
 * Reads the project, finds the engine where containers need one, and chooses the instance.
 *
 * @throws {CspaceError} `CSPACE_PROJECT_NOT_FOUND`, `CSPACE_NO_SERVICES`, and what the engine and the choice throw.
 */
export async function prepareStart(context: Context, options: PrepareStartOptions): Promise<PreparedStart> {
  const { fresh = false, yes = false, dryRun = false } = options;
  const scope = await readProjectScope(context);
  const { project } = scope;
  await copyFromMain(context, project, { dryRun });
  const processes = await findProcesses(project);
  const request = { fresh, yes, dryRun };
  const asked = readAsked(context, project, options);
  const { instance: given, names = [], targets = [] } = { ...options, instance: context.instance };
  const said = { given, names: [...names], targets, yes };
  // Whatever the first name is, it may be an instance's.
  const first: Context = { ...context, instance: given ?? names[0] };
  if (!hasContainers(project)) {
    if (processes.length === 0) throw nothingToStart(project);
    const { openHost } = await import("../machine/open-host.ts");
    const host = await openHost(context);
    const sources = choiceSources(host);
    const told = await tellNamesApart(said, { sources, scope, processes, model: undefined });
    const chosen = { ...context, instance: told.instance };
    const { record, listed } = await chooseForUp(chosen, sources, scope, request);
    return { project, record, listed, host, stack: undefined, processes, targets: told.targets };
  }
  // Compose reads the files while the engine is asked, and while what is slow to load is loaded.
  const early = readEarly(first, scope, asked);
  early.catch(() => undefined);
  const { openEngine } = await import("../machine/open-engine.ts");
  const machine = await openEngine(context);
  const host: Host = { machine, paths: machine.paths, noEngine: null };
  const sources = { ...machine, snapshot: snapshotEngine(machine.engine) };
  const model = async (): Promise<ComposeModel | undefined> => (await (await early)?.model)?.model;
  const told = await tellNamesApart(said, { sources, scope, processes, model });
  const { record, listed } = await chooseForUp({ ...context, instance: told.instance }, sources, scope, request);
  const isFirst = told.instance === first.instance;
  if (!isFirst) await (await early)?.release();
  const stack =
    (isFirst ? await early : undefined) ?? (await readStack(context, machine, project, { ...record, asked, dryRun }));
  const { snapshot } = sources;
  return {
    ...{ project, record, listed, host, processes, targets: told.targets },
    stack: { ...stack, machine, snapshot },
  };
}

/** Loads what finds processes only where there may be some: most projects of containers have none. */
async function findProcesses(project: Project): Promise<readonly RoutedProcess[]> {
  if (project.settings.processes === undefined && hasContainers(project)) return [];
  return await (await import("./read-processes.ts")).readProcesses(project);
}

/** The stack of an instance whose name is known before the engine is asked, where reading it writes nothing. */
async function readEarly(
  context: Context,
  { project, projectSlug }: ProjectScope,
  asked: Selection,
): Promise<Stack | undefined> {
  if (context.instance === undefined || project.settings.container !== undefined) return undefined;
  const instance = toSlug(context.instance).slug;
  return await readStack(context, await openCompose(context), project, { project: projectSlug, instance, asked });
}

function nothingToStart({ directory }: Project): CspaceError<InstancesErrorCode> {
  const message = `${directory} has nothing to start: no compose file, no \`dev\` script, and no \`processes\` in .cspace.json`;
  return new CspaceError("CSPACE_NO_SERVICES", message, {
    hint: "add one of them, for example a `dev` script to package.json; then: cspace up",
  });
}
