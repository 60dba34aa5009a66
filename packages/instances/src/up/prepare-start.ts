import {
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
import { requireNoService } from "./require-no-service.ts";

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
}

/** The containers of an instance, and the engine that is to run them. */
export interface PreparedStack extends Stack {
  readonly machine: Machine;
  /** The engine as it was when the instance was chosen. */
  readonly snapshot: EngineReader;
}

/** Options of {@link prepareStart}. */
export interface PrepareStartOptions extends AskedSelection {
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
  if (!hasContainers(project)) {
    if (processes.length === 0) throw nothingToStart(project);
    const { openHost } = await import("../machine/open-host.ts");
    const host = await openHost(context);
    const { record, listed } = await chooseForUp(context, choiceSources(host), scope, request);
    return { project, record, listed, host, stack: undefined, processes };
  }
  // Compose reads the files while the engine is asked, and while what is slow to load is loaded.
  const early = readEarly(context, scope, asked);
  early.catch(() => undefined);
  const { openEngine } = await import("../machine/open-engine.ts");
  const machine = await openEngine(context);
  const host: Host = { machine, paths: machine.paths, noEngine: null };
  const snapshot = snapshotEngine(machine.engine);
  if (!yes) await requireNoService(context, { machine, snapshot, scope, early });
  const { record, listed } = await chooseForUp(context, { ...machine, snapshot }, scope, request);
  const stack = (await early) ?? (await readStack(context, machine, project, { ...record, asked, dryRun }));
  return { project, record, listed, host, stack: { ...stack, machine, snapshot }, processes };
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
