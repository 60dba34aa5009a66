import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "@cspace/plan";
import { parse } from "yaml";
import type { HomePaths } from "../home/home-paths.ts";
import { makeFolder } from "../home/with-lock.ts";
import { type InstanceRecord, renderRecord } from "./render-override.ts";

const overrideName = "compose.override.yml";

/** The folder of an instance in cspace's home. */
export function instanceFolder(paths: HomePaths, names: { project: string; instance: string }): string {
  return join(paths.instances, names.project, names.instance);
}

/** The override of an instance. */
export function overridePath(paths: HomePaths, names: { project: string; instance: string }): string {
  return join(instanceFolder(paths, names), overrideName);
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

/** Leaves of an override only the record of its directory, so that its subnets are free for others. */
export async function keepRecordOnly(
  paths: HomePaths,
  names: { project: string; instance: string },
): Promise<void> {
  const record = (await readOverride(paths, names))?.record;
  if (record !== undefined) await writeOverride(paths, names, renderRecord(record));
}

/** Forgets an instance: its folder and all in it. */
export async function forgetInstance(
  paths: HomePaths,
  names: { project: string; instance: string },
): Promise<void> {
  await rm(instanceFolder(paths, names), { recursive: true, force: true });
}

/** The instances of a project that this home knows, also those that are down. */
export async function readRecords(paths: HomePaths, project: string): Promise<InstanceRecord[]> {
  const names = await readFolders(join(paths.instances, project));
  const overrides = await Promise.all(names.map((instance) => readOverride(paths, { project, instance })));
  return overrides.flatMap((override) => override?.record ?? []);
}

/** The subnets that overrides of this home promise to networks, whether these exist yet or not. */
export async function readReservedSubnets(paths: HomePaths): Promise<string[]> {
  const projects = await readFolders(paths.instances);
  const all = await Promise.all(
    projects.map(async (project) => {
      const names = await readFolders(join(paths.instances, project));
      return Promise.all(names.map((instance) => readOverride(paths, { project, instance })));
    }),
  );
  return all.flat().flatMap((override) => override?.subnets ?? []);
}

/**
 * Reads what an override remembers. A file that was cut off or edited beyond recognition gives `undefined`: it holds
 * nothing that cannot be rendered again, and the directory is in the containers' labels as well.
 */
async function readOverride(
  paths: HomePaths,
  names: { project: string; instance: string },
): Promise<{ record: InstanceRecord | undefined; subnets: string[] } | undefined> {
  let text: string;
  try {
    text = await readFile(overridePath(paths, names), "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
  let data: unknown;
  try {
    data = parse(text, { logLevel: "silent" });
  } catch {
    return undefined;
  }
  const { "x-cspace": found, networks } = fieldsOf(data);
  const subnets = Object.values(fieldsOf(networks))
    .flatMap((network) => fieldsOf(fieldsOf(network).ipam).config)
    .map((config) => fieldsOf(config).subnet)
    .filter((subnet) => typeof subnet === "string");
  return { record: wholeRecord(fieldsOf(found), names), subnets };
}

function wholeRecord(
  found: Readonly<Record<string, unknown>>,
  names: { project: string; instance: string },
): InstanceRecord | undefined {
  const { project, instance, directory, projectName, instanceName } = found;
  if (project !== names.project || instance !== names.instance) return undefined;
  if (typeof directory !== "string" || typeof projectName !== "string" || typeof instanceName !== "string") return undefined;
  const plain = (text: string): string => text.replaceAll("$$", "$");
  return { directory: plain(directory), ...names, projectName: plain(projectName), instanceName: plain(instanceName) };
}

/** The fields of an object in a file that may hold anything. */
function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

async function readFolders(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
