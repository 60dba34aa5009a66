import { setTimeout } from "node:timers/promises";
import type { DockerEngine, EngineDiskUsage } from "@cspace/compose";
import { composeProjectName } from "@cspace/hostnames";
import { readUsage, thisSystem } from "@cspace/processes";
import type { InstanceStats } from "../documents.ts";
import type { MachineInstance } from "./merge-instances.ts";

/** How long processors are watched, in milliseconds. */
const watchMs = 500;

/** Reads what instances use, all at once, in the order in which they are given. */
export async function readStats(
  instances: readonly MachineInstance[],
  engine: Pick<DockerEngine, "readUsage" | "readDiskUsage"> | undefined,
): Promise<InstanceStats[]> {
  const disk = engine?.readDiskUsage().catch(() => undefined);
  const before = await readAll(instances, engine);
  const begin = performance.now();
  await setTimeout(watchMs);
  const after = await readAll(instances, engine);
  const ms = performance.now() - begin;
  const usage = await disk;
  return instances.map((instance, index) => {
    const [first = 0, last = 0] = [before[index]?.cpuMs, after[index]?.cpuMs];
    return {
      // What was started anew between the looks begins at nothing.
      cpu: Math.max(0, last - first) / ms,
      memoryBytes: after[index]?.memoryBytes ?? 0,
      volumeBytes: instance.engine === "gateway" ? 0 : volumesOf(instance, usage),
    };
  });
}

interface Used {
  readonly cpuMs: number;
  readonly memoryBytes: number;
}

async function readAll(
  instances: readonly MachineInstance[],
  engine: Pick<DockerEngine, "readUsage"> | undefined,
): Promise<Used[]> {
  return await Promise.all(
    instances.map(async ({ containers, routes }) => {
      const pids = new Set(routes.flatMap(({ pid, running }) => (running ? (pid ?? []) : [])));
      const used = await Promise.all([
        ...containers.map(async ({ id }) => await engine?.readUsage(id).catch(() => undefined)),
        ...[...pids].map((pid) => readUsage(pid, thisSystem)),
      ]);
      return used.reduce<Used>(
        (sum, one) => ({
          cpuMs: sum.cpuMs + (one?.cpuMs ?? 0),
          memoryBytes: sum.memoryBytes + (one?.memoryBytes ?? 0),
        }),
        { cpuMs: 0, memoryBytes: 0 },
      );
    }),
  );
}

function volumesOf(instance: MachineInstance, usage: EngineDiskUsage | undefined): number | null {
  if (usage === undefined) return null;
  const composeProject = composeProjectName(instance);
  const own = usage.volumes.filter(({ labels }) => labels["com.docker.compose.project"] === composeProject);
  return own.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
}
