import { readFile, rm } from "node:fs/promises";
import { writeFileAtomic } from "@cspace/plan";
import type { HomePaths } from "../home/home-paths.ts";
import { makeFolder } from "../home/with-lock.ts";
import { instanceFolder, readAllRecords, runningPath } from "./instance-record.ts";
import type { InstanceRecord } from "./record.ts";

/** Keeps that processes of an instance are to run, so that they are started again after a start of the machine. */
export async function markRunning(paths: HomePaths, { project, instance }: Names): Promise<void> {
  await makeFolder(instanceFolder(paths, { project, instance }));
  await writeFileAtomic(runningPath(paths, { project, instance }), "{}\n", { mode: 0o600 });
}

/** They are not to run any more: they were stopped, or removed. */
export async function unmarkRunning(paths: HomePaths, names: Names): Promise<void> {
  await rm(runningPath(paths, names), { force: true });
}

/** The instances of which processes are to run, by their records. */
export async function readMarkedRunning(paths: HomePaths): Promise<InstanceRecord[]> {
  const records = await readAllRecords(paths);
  const marked = await Promise.all(
    records.map(async (record) => {
      const text = await readFile(runningPath(paths, record), "utf8").catch(() => undefined);
      return text === undefined ? [] : [record];
    }),
  );
  return marked.flat();
}

type Names = Pick<InstanceRecord, "project" | "instance">;
