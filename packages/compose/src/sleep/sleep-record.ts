import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "@cspace/plan";
import type { HomePaths } from "../home/home-paths.ts";
import { readFolders } from "../home/project-names.ts";
import { makeFolder } from "../home/with-lock.ts";
import { idlePath, instanceFolder, sleepPath } from "../instance/instance-record.ts";

/** How containers sleep: stopped, or frozen where they are, which keeps their memory and is faster. */
export type SleepForm = "stop" | "pause";

/** Which instance is meant. */
export interface SleeperNames {
  readonly project: string;
  readonly instance: string;
}

/** A route of a container that sleeps. */
export interface SleepingRoute {
  readonly label: string;
  readonly service: string;
  /** Inside the container. */
  readonly port: number;
  readonly scheme?: "https" | "h2c" | undefined;
  /** Where HTTPS is answered, to which who asks over HTTP is sent. */
  readonly redirectTo?: number | undefined;
  /** Its service gets what is asked at `/.well-known/cspace` too. @default false */
  readonly exempt?: boolean | undefined;
}

/** What sleeps of an instance, and how it is woken. It is asleep only as long as none of its containers runs. */
export interface SleepRecord extends SleeperNames {
  /** RFC 3339. */
  readonly since: string;
  readonly form: SleepForm;
  /** The engine that has the containers; `null` without any. */
  readonly endpoint: string | null;
  /** The memory that it had before. */
  readonly savedBytes: number;
  /** Those that ran. */
  readonly containers: readonly { readonly id: string; readonly service: string }[];
  readonly routes: readonly SleepingRoute[];
  /** The labels of its processes that ran. */
  readonly processes: readonly string[];
}

/** When an instance goes to sleep by itself. */
export interface IdlePolicy extends SleeperNames {
  /** How long nobody uses it, in milliseconds. */
  readonly idleMs: number;
  readonly form: SleepForm;
  /** As of {@link SleepRecord}. */
  readonly endpoint: string | null;
}

const pathOf = { asleep: sleepPath, idle: idlePath } as const;
type Kind = keyof typeof pathOf;

/** Reads how an instance sleeps; `undefined` where it was not put to sleep. */
export async function readSleep(home: HomePaths, names: SleeperNames): Promise<SleepRecord | undefined> {
  return await readFileOf<SleepRecord>(home, names, "asleep");
}

/** All that was put to sleep from this home. */
export async function readSleeps(home: HomePaths): Promise<SleepRecord[]> {
  return await readAll<SleepRecord>(home, "asleep");
}

/** Keeps how an instance sleeps. */
export async function writeSleep(home: HomePaths, record: SleepRecord): Promise<void> {
  await writeFileOf(home, record, "asleep");
}

/** An instance is awake, or gone. Tells whether it was asleep. */
export async function forgetSleep(home: HomePaths, names: SleeperNames): Promise<boolean> {
  if ((await readSleep(home, names)) === undefined) return false;
  await rm(pathOf.asleep(home, names), { force: true });
  return true;
}

/** When an instance goes to sleep by itself; `undefined`: never. */
export async function readIdlePolicy(home: HomePaths, names: SleeperNames): Promise<IdlePolicy | undefined> {
  return await readFileOf<IdlePolicy>(home, names, "idle");
}

/** All that goes to sleep by itself, of this home. */
export async function readIdlePolicies(home: HomePaths): Promise<IdlePolicy[]> {
  return await readAll<IdlePolicy>(home, "idle");
}

/** Keeps when an instance goes to sleep by itself; `idleMs: null`: never. Tells whether that is new. */
export async function writeIdlePolicy(
  home: HomePaths,
  policy: Omit<IdlePolicy, "idleMs"> & { readonly idleMs: number | null },
): Promise<boolean> {
  const before = await readFileOf<IdlePolicy>(home, policy, "idle");
  if (policy.idleMs === null) {
    if (before !== undefined) await rm(pathOf.idle(home, policy), { force: true });
    return before !== undefined;
  }
  if (JSON.stringify(before) === JSON.stringify(policy)) return false;
  await writeFileOf(home, policy, "idle");
  return true;
}

/** Forgets of an instance all that concerns its sleep. */
export async function dropSleep(home: HomePaths, names: SleeperNames): Promise<void> {
  for (const kind of ["asleep", "idle"] as const) await rm(pathOf[kind](home, names), { force: true });
}

async function writeFileOf(home: HomePaths, { project, instance, ...data }: SleeperNames, kind: Kind): Promise<void> {
  const names = { project, instance };
  await makeFolder(instanceFolder(home, names));
  await writeFileAtomic(pathOf[kind](home, names), `${JSON.stringify({ ...names, ...data }, null, 2)}\n`, {
    mode: 0o600,
  });
}

/** What cannot be read is as if it were not there: the containers tell how they are. */
async function readFileOf<Data extends SleeperNames>(
  home: HomePaths,
  { project, instance }: SleeperNames,
  kind: Kind,
): Promise<Data | undefined> {
  try {
    const data: Data = JSON.parse(await readFile(pathOf[kind](home, { project, instance }), "utf8"));
    return data.project === project && data.instance === instance ? data : undefined;
  } catch {
    return undefined;
  }
}

async function readAll<Data extends SleeperNames>(home: HomePaths, kind: Kind): Promise<Data[]> {
  const projects = await readFolders(home.instances);
  const found = await Promise.all(
    projects.map(async (project) => {
      const names = await readFolders(join(home.instances, project));
      return await Promise.all(names.map((instance) => readFileOf<Data>(home, { project, instance }, kind)));
    }),
  );
  return found.flat().flatMap((one) => one ?? []);
}
