import { type HomePaths, readSleep } from "@cspace/compose";
import type { MachineInstance } from "./merge-instances.ts";

/** Tells of instances of which nothing runs whether they sleep: then a request wakes them. */
export async function tellAsleep(
  paths: HomePaths,
  instances: readonly MachineInstance[],
): Promise<readonly MachineInstance[]> {
  return await Promise.all(
    instances.map(async (one) => {
      const sleep = one.state === "stopped" ? await readSleep(paths, one) : undefined;
      if (sleep === undefined) return one;
      const { since, savedBytes } = sleep;
      return { ...one, state: "asleep" as const, asleep: { since, savedBytes } };
    }),
  );
}
