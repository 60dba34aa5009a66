import { existsSync } from "node:fs";
import { ensureDaemon, findDaemon } from "@cspace/daemon";
import { isCspaceError } from "@cspace/errors";
import { toSlug } from "@cspace/hostnames";
import { ownInstances } from "../choose/own-instances.ts";
import { mayHaveContainers, readScope, type Scope } from "../choose/read-scope.ts";
import type { Instance, InstanceStats } from "../documents.ts";
import { openHost } from "../machine/open-host.ts";
import { answerMs } from "../machine/open-reader.ts";
import { type Context, createContext, type InstanceOptions } from "../options.ts";
import { describeListed } from "./describe-listed.ts";
import type { MachineInstance } from "./merge-instances.ts";
import { readFurtherPorts } from "./read-further-ports.ts";
import { readKnown } from "./read-known.ts";

/** Options of {@link listInstances}. */
export interface ListInstancesOptions extends InstanceOptions {
  /** Those of every project. @default false: of this project, or of all where the directory is in none */
  readonly all?: boolean | undefined;
  /** Whether the ports are told on which processes listen beside those of their routes. @default false */
  readonly furtherPorts?: boolean | undefined;
  /** Whether it is told what they use; that takes a second. @default false */
  readonly stats?: boolean | undefined;
}

/**
 * Lists what runs on this machine, containers and processes in one answer, each route with the URL that is right now.
 *
 * @throws {CspaceError} the engine's error where it alone could tell, `CSPACE_DAEMON_SILENT`, and what `readProject` of
 * `@cspace/project` throws.
 * @example
 * ```ts
 * const running = (await listInstances({ all: true })).filter(({ state }) => state === "running");
 * ```
 */
export async function listInstances(options: ListInstancesOptions = {}): Promise<Instance[]> {
  const context = createContext(options);
  const { project, containers, scope } = await readFilter(context, options.all === true);
  const {
    instances: all,
    evidence,
    silence,
    daemonSilence,
  } = await readKnown(context, project, {
    engineMs: answerMs,
    containers,
  });
  await reviveSleepers(context, all);
  // Which of them run, the engine alone can tell.
  if (silence !== null) throw silence;
  const instances = scope === undefined ? all : await ownInstances(context, scope, all);
  if (daemonSilence !== null && instances.length === 0) throw daemonSilence;
  const name = context.instance === undefined ? undefined : toSlug(context.instance).slug;
  const wanted = instances.filter((one) => name === undefined || one.instance === name);
  const reading = options.stats === true ? readStatsOf(context, wanted) : undefined;
  reading?.catch(() => undefined);
  return await Promise.all(
    wanted.map(async (one, index) => {
      const further = options.furtherPorts === true ? readFurtherPorts(one.routes) : [];
      const [described, more] = await Promise.all([describeListed(one, evidence), further]);
      const stats = (await reading)?.[index];
      return { ...described, ports: [...described.ports, ...more], ...(stats && { stats }) };
    }),
  );
}

async function readStatsOf(context: Context, instances: readonly MachineInstance[]): Promise<InstanceStats[]> {
  const { readStats } = await import("./read-stats.ts");
  return await readStats(instances, (await openHost(context)).machine?.engine);
}

/** What sleeps is woken by the daemon alone: after a start of the machine it may not run. */
async function reviveSleepers(context: Context, instances: readonly MachineInstance[]): Promise<void> {
  if (instances.every(({ state }) => state !== "asleep")) return;
  if ((await findDaemon(context).catch(() => null)) === undefined) await ensureDaemon(context);
}

/** Whose instances are listed; `undefined`: of every project. */
async function readFilter(
  context: Context,
  all: boolean,
): Promise<{ readonly project: string | undefined; readonly containers: boolean; readonly scope?: Scope }> {
  try {
    const scope = await readScope(context);
    const containers = mayHaveContainers(scope);
    return all ? { project: undefined, containers } : { project: scope.projectSlug, containers, scope };
  } catch (error) {
    const outside = isCspaceError(error) && error.code === "CSPACE_PROJECT_NOT_FOUND" && existsSync(context.cwd);
    if (outside || all) return { project: undefined, containers: true };
    throw error;
  }
}
