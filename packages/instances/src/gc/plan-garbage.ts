import { type EngineDiskUsage, type EngineNetwork, isImageOf } from "@cspace/compose";
import { composeProjectName } from "@cspace/hostnames";
import type { Garbage } from "../documents.ts";
import type { GoneInstance } from "./find-gone.ts";

/** Which volumes go with what nobody needs any more. */
export interface VolumeChoice {
  /** All of them. @default false */
  readonly volumes?: boolean | undefined;
  /** Those of instances that have not run for so long, in milliseconds. @default none */
  readonly keepVolumesMs?: number | undefined;
}

/** What is known of an instance whose directory is gone. */
export interface GarbageFacts extends GoneInstance {
  readonly usage: EngineDiskUsage;
  readonly networks: readonly EngineNetwork[];
  /** When it ran last, in milliseconds since 1970; `null`: nobody knows. */
  readonly usedAt: number | null;
  /** Of its logs and records. */
  readonly logBytes: number;
}

/** Tells what of an instance goes, and how much that is. Pure. */
export function planGarbage(
  { record, containers, processes, usage, networks, usedAt, logBytes }: GarbageFacts,
  { volumes: all = false, keepVolumesMs }: VolumeChoice,
  now: number,
): Garbage {
  const composeProject = composeProjectName(record);
  const label = "com.docker.compose.project";
  const images = usage.images.flatMap(({ names, bytes }) => {
    const name = names.find((one) => isImageOf(composeProject, one));
    // One that has a name of somebody else's stays.
    const goes = names.every((one) => isImageOf(composeProject, one));
    return name === undefined ? [] : [{ name, bytes: goes ? bytes : 0 }];
  });
  const volumes = usage.volumes
    .filter(({ labels }) => labels[label] === composeProject)
    .map(({ name, bytes, createdAt }) => {
      const last = Math.max(usedAt ?? 0, Date.parse(createdAt ?? "") || 0);
      const isOld = keepVolumesMs !== undefined && last > 0 && now - last >= keepVolumesMs;
      return { name, bytes, goes: all || isOld };
    });
  const gone = [...images, ...volumes.filter(({ goes }) => goes)];
  return {
    project: record.project,
    instance: record.instance,
    directory: record.directory,
    usedAt: usedAt === null ? null : new Date(usedAt).toISOString(),
    containers: containers.length,
    processes,
    networks: networks.filter(({ Labels }) => Labels?.[label] === composeProject).map(({ Name }) => Name),
    images,
    volumes,
    bytes: gone.reduce((sum, one) => sum + (one.bytes ?? 0), volumes.every(({ goes }) => goes) ? logBytes : 0),
  };
}
