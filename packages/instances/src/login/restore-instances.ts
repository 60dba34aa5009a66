import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import {
  homePaths,
  type InstanceRecord,
  listContainerInstances,
  readIdlePolicies,
  readMarkedRunning,
  readSleeps,
} from "@cspace/compose";
import { ensureDaemon } from "@cspace/daemon";
import { isThere } from "../choose/ownership.ts";
import type { Machine } from "../machine/open-engine.ts";
import { openHost } from "../machine/open-host.ts";
import { type Context, createContext, type InstanceOptions } from "../options.ts";
import { offerContainers } from "../proxy/serve-containers.ts";
import { startInstance } from "../up/start-instance.ts";

/** Options of {@link restoreInstances}. */
export interface RestoreInstancesOptions extends InstanceOptions {
  /** How long an engine that was used here may take until it answers, in milliseconds. @default 60_000 */
  readonly engineMs?: number | undefined;
}

/** What came back, and what did not. */
export interface RestoredInstances {
  readonly restored: readonly InstanceRecord[];
  readonly failed: readonly { readonly record: InstanceRecord; readonly reason: string }[];
}

/**
 * Starts again what ran when the machine ended: processes of the host of every instance that nobody has stopped, and the daemon where
 * instances sleep or are to. Containers the engine starts by itself; it is waited for, since otherwise the gateway would take its proxy's
 * ports. One that fails keeps none of the others.
 */
export async function restoreInstances(options: RestoreInstancesOptions = {}): Promise<RestoredInstances> {
  const context = createContext(options);
  const paths = homePaths({ env: context.env });
  const [records, sleeps, policies] = await Promise.all([
    readMarkedRunning(paths),
    readSleeps(paths),
    readIdlePolicies(paths),
  ]);
  const engineMs = options.engineMs ?? 60_000;
  const hasProxy = existsSync(join(paths.proxy, "docker-compose.yml"));
  const machine = hasProxy ? await waitForEngine(context, engineMs) : undefined;
  if (machine !== undefined && (await runsContainers(machine))) await offerContainers(context, machine);
  if (records.length + sleeps.length + policies.length === 0) return { restored: [], failed: [] };
  await ensureDaemon(context);
  const restored: InstanceRecord[] = [];
  const failed: { record: InstanceRecord; reason: string }[] = [];
  for (const record of records) {
    const { directory: cwd, projectName: project, instanceName: instance } = record;
    try {
      if (!(await isThere(record))) throw new Error(`${cwd} is gone`);
      await startInstance({ ...options, cwd, project, instance, waitMs: null });
      restored.push(record);
    } catch (error) {
      failed.push({ record, reason: (error as Error).message });
    }
  }
  return { restored, failed };
}

async function waitForEngine(context: Context, timeoutMs: number): Promise<Machine | undefined> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await setTimeout(500)) {
    context.signal.throwIfAborted();
    const { machine } = await openHost(context);
    if (machine !== undefined) return machine;
  }
  return undefined;
}

/** Whether the engine has started containers of instances by itself. */
async function runsContainers({ engine }: Machine): Promise<boolean> {
  const instances = await listContainerInstances({ engine }).catch(() => []);
  return instances.some(({ state }) => state !== "stopped");
}
