import { setTimeout } from "node:timers/promises";
import { type DockerEngine, listInstanceContainers, type SleepRecord } from "@cspace/compose";
import { composeProjectName } from "@cspace/hostnames";

/** How long the gateway serves what is awake until Traefik surely does, in milliseconds. */
const settleMs = 3_000;

/** Between one look and the next, in milliseconds. */
const lookMs = 500;

/** Waits while Traefik may not serve yet what is awake: until its containers are ready, or one of them has ended. */
export async function awaitSettled(record: SleepRecord, engine: DockerEngine, isWanted: () => boolean): Promise<void> {
  const begin = Date.now();
  while (isWanted()) {
    await setTimeout(lookMs, undefined, { ref: false });
    const containers = await listInstanceContainers(engine, composeProjectName(record)).catch(() => []);
    const routed = containers.filter((one) => record.containers.some(({ id }) => id === one.Id));
    const isReady = routed.every(({ State, Status }) => State === "running" && !Status.includes("(health: starting)"));
    if (isReady && Date.now() - begin >= settleMs) return;
    if (routed.length === 0 || routed.some(({ State }) => State !== "running")) return;
  }
}
