import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseLabels } from "@cspace/labels";
import { writeFileAtomic } from "@cspace/plan";
import { unescapeDollars } from "../escape-dollars.ts";
import type { HomePaths } from "../home/home-paths.ts";
import { dropProjectName, readFolders } from "../home/project-names.ts";
import { makeFolder } from "../home/with-lock.ts";
import type { ListedInstance } from "./list-container-instances.ts";
import type { InstanceRecord } from "./record.ts";
import { renderRecord } from "./render-override.ts";

const overrideName = "compose.override.yml";

/** The folder of an instance in cspace's home. */
export function instanceFolder(paths: HomePaths, names: { project: string; instance: string }): string {
  return join(paths.instances, names.project, names.instance);
}

/** The override of an instance. */
export function overridePath(paths: HomePaths, names: { project: string; instance: string }): string {
  return join(instanceFolder(paths, names), overrideName);
}

/** Where the model of an instance is kept, as Compose last made it; it goes with the containers. */
export function modelPath(paths: HomePaths, names: { project: string; instance: string }): string {
  return join(instanceFolder(paths, names), "model.json");
}

/** Where it is kept what of its compose files an instance consists of; it goes with the containers. */
export function selectionPath(paths: HomePaths, names: { project: string; instance: string }): string {
  return join(instanceFolder(paths, names), "selection.json");
}

/** Where it is kept how an instance sleeps, as long as it does. */
export function sleepPath(paths: HomePaths, names: { project: string; instance: string }): string {
  return join(instanceFolder(paths, names), "asleep.json");
}

/** Where it is kept when an instance goes to sleep by itself; it goes with the containers. */
export function idlePath(paths: HomePaths, names: { project: string; instance: string }): string {
  return join(instanceFolder(paths, names), "idle.json");
}

/** Where it is kept that processes of an instance are to run. */
export function runningPath(paths: HomePaths, names: { project: string; instance: string }): string {
  return join(instanceFolder(paths, names), "running.json");
}

/** Writes an instance's override, atomically. */
export async function writeOverride(
  paths: HomePaths,
  names: { project: string; instance: string },
  text: string,
): Promise<void> {
  await makeFolder(instanceFolder(paths, names));
  await writeFileAtomic(overridePath(paths, names), text, { mode: 0o600 });
}

/** Records whose an instance is, in an override that holds nothing else yet. */
export async function writeRecord(paths: HomePaths, record: InstanceRecord): Promise<void> {
  await writeOverride(paths, record, await renderRecord(record));
}

/** Leaves of an instance only the record of its directory, so that its subnets are free for others. */
export async function keepRecordOnly(paths: HomePaths, names: { project: string; instance: string }): Promise<void> {
  const left = [modelPath(paths, names), selectionPath(paths, names), sleepPath(paths, names), idlePath(paths, names)];
  for (const path of [...left, runningPath(paths, names)]) await rm(path, { force: true });
  const record = (await readOverride(paths, names))?.record;
  if (record !== undefined) await writeRecord(paths, record);
}

/** Forgets an instance: its folder and all in it; with the last one of a project also whose its name is. */
export async function forgetInstance(paths: HomePaths, names: { project: string; instance: string }): Promise<void> {
  await rm(instanceFolder(paths, names), { recursive: true, force: true });
  await dropProjectName(paths, names.project);
}

/** An instance as it was last started, read without the engine: nobody tells whether it runs, and on which ports. */
export type RecordedInstance = InstanceRecord & Pick<ListedInstance, "routes">;

/** The instances whose containers this home made and has not removed, with the routes that these were given. */
export async function readRecordedInstances(paths: HomePaths, project?: string): Promise<RecordedInstance[]> {
  const projects = project === undefined ? await readFolders(paths.instances) : [project];
  const all = await Promise.all(
    projects.map(async (one) => {
      const names = await readFolders(join(paths.instances, one));
      return Promise.all(names.map((instance) => readOverride(paths, { project: one, instance })));
    }),
  );
  return all.flat().flatMap((override) => {
    if (override?.record === undefined || Object.keys(override.labels).length === 0) return [];
    const routes = Object.entries(override.labels).flatMap(([service, labels]) =>
      parseLabels(labels).map(({ label, port, scheme }) => ({
        label,
        service,
        port,
        scheme,
        bindings: null,
        running: false,
        starting: false,
      })),
    );
    return { ...override.record, routes: routes.sort((a, b) => (a.label < b.label ? -1 : 1)) };
  });
}

/** The instances of every project that this home knows, also those that are down. */
export async function readAllRecords(paths: HomePaths): Promise<InstanceRecord[]> {
  const projects = await readFolders(paths.instances);
  return (await Promise.all(projects.map((project) => readRecords(paths, project)))).flat();
}

/** The instances of a project that this home knows, also those that are down. */
export async function readRecords(paths: HomePaths, project: string): Promise<InstanceRecord[]> {
  const names = await readFolders(join(paths.instances, project));
  const overrides = await Promise.all(names.map((instance) => readOverride(paths, { project, instance })));
  return overrides.flatMap((override) => override?.record ?? []);
}

/**
 * The subnets that overrides of this home promise to networks, whether these exist yet or not. An instance whose
 * override is about to be written anew is left out: what it was promised is its own to take.
 */
export async function readReservedSubnets(
  paths: HomePaths,
  except?: { readonly project: string; readonly instance: string },
): Promise<string[]> {
  const projects = await readFolders(paths.instances);
  const all = await Promise.all(
    projects.map(async (project) => {
      const names = await readFolders(join(paths.instances, project));
      const others = names.filter((instance) => project !== except?.project || instance !== except.instance);
      return Promise.all(others.map((instance) => readOverride(paths, { project, instance })));
    }),
  );
  return all.flat().flatMap((override) => override?.subnets ?? []);
}

interface Override {
  readonly record: InstanceRecord | undefined;
  readonly subnets: readonly string[];
  /** By service; empty when the instance has no containers. */
  readonly labels: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * Reads what an override remembers. A file that was cut off or edited beyond recognition gives `undefined`: it holds
 * nothing that cannot be rendered again, and the directory is in the containers' labels as well.
 */
async function readOverride(
  paths: HomePaths,
  names: { project: string; instance: string },
): Promise<Override | undefined> {
  let text: string;
  try {
    text = await readFile(overridePath(paths, names), "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
  const { parse } = await import("yaml");
  let data: unknown;
  try {
    data = parse(text, { logLevel: "silent" });
  } catch {
    return undefined;
  }
  const subnets = valuesOf(fieldOf(data, "networks")).flatMap((network) =>
    valuesOf(fieldOf(fieldOf(network, "ipam"), "config")).flatMap((config) => {
      const subnet = fieldOf(config, "subnet");
      return typeof subnet === "string" ? [subnet] : [];
    }),
  );
  const services = entriesOf(fieldOf(data, "services"));
  const labels = Object.fromEntries(services.map(([name, service]) => [name, readTexts(fieldOf(service, "labels"))]));
  return { record: readRecord(fieldOf(data, "x-cspace"), names), subnets, labels };
}

function readTexts(data: unknown): Record<string, string> {
  return Object.fromEntries(entriesOf(data).map(([key, value]) => [key, unescapeDollars(String(value))]));
}

/** A record is whole or none at all; its dollars are doubled in the file, for Compose. */
function readRecord(data: unknown, names: { project: string; instance: string }): InstanceRecord | undefined {
  const read = (key: keyof InstanceRecord): string | undefined => {
    const value = fieldOf(data, key);
    return typeof value === "string" && value !== "" ? unescapeDollars(value) : undefined;
  };
  const [directory, projectName, instanceName] = [read("directory"), read("projectName"), read("instanceName")];
  if (directory === undefined || projectName === undefined || instanceName === undefined) return undefined;
  if (read("project") !== names.project || read("instance") !== names.instance) return undefined;
  const identity = {
    directoryId: read("directoryId"),
    repository: read("repository"),
    repositoryId: read("repositoryId"),
  };
  return { directory, ...identity, project: names.project, instance: names.instance, projectName, instanceName };
}

function fieldOf(data: unknown, key: string): unknown {
  return typeof data === "object" && data !== null ? (data as Record<string, unknown>)[key] : undefined;
}

function entriesOf(data: unknown): [string, unknown][] {
  return typeof data === "object" && data !== null ? Object.entries(data) : [];
}

function valuesOf(data: unknown): unknown[] {
  return entriesOf(data).map(([, value]) => value);
}
