import { basename, join, relative } from "node:path";
import { findDaemon } from "@cspace/daemon";
import { readScripts, servesChanges } from "@cspace/processes";
import { type Project, type ProjectPackage, readManifest, readPackages } from "@cspace/project";
import type { MachineInstance, MachineRoute } from "../describe/merge-instances.ts";
import type { Context } from "../options.ts";
import { readProcesses } from "../up/read-processes.ts";
import { findChange } from "./find-change.ts";
import type { CodeState } from "./judge-code.ts";

/** Reads whether a process of the host is of the settings and of the files as they are now. */
export async function readProcessCode(
  context: Context,
  {
    project,
    instance,
    route,
  }: { readonly project: Project; readonly instance: MachineInstance; readonly route: MachineRoute },
): Promise<CodeState> {
  const { label, command = "", startedAt, leased } = route;
  const asked = (await readProcesses(project)).find((one) => one.label === label);
  if (leased !== true && asked !== undefined && asked.command !== command) {
    return { state: "reconfigured", path: basename(project.settingsFile ?? ".cspace.json") };
  }
  const place = leased === true ? undefined : await readPlace(context, instance, label);
  const directory = place ?? asked?.directory ?? instance.directory;
  if (startedAt === undefined || servesChanges(command, await readScripts(directory, command)))
    return { state: "same" };
  for (const folder of await readFolders(project, directory)) {
    const change = await findChange(folder, startedAt);
    if (change !== null) return { state: "changed", path: relative(instance.directory, join(folder, change.path)) };
  }
  return { state: "same" };
}

/** Where it runs. */
async function readPlace(
  context: Context,
  { project, instance }: MachineInstance,
  label: string,
): Promise<string | undefined> {
  const daemon = await findDaemon(context);
  return (await daemon?.client.place({ project, instance, label }))?.cwd;
}

/** The folders that a process reads: its own, and those of the packages of the workspace that it depends on. */
async function readFolders(project: Project, directory: string): Promise<readonly string[]> {
  const { members } = await readPackages(project);
  if (members.every((one) => one.directory !== directory)) return [directory];
  const found = new Set<string>([directory]);
  for (const folder of found) {
    for (const { directory: next } of await dependenciesOf(folder, members)) found.add(next);
  }
  return [...found];
}

async function dependenciesOf(
  directory: string,
  members: readonly ProjectPackage[],
): Promise<readonly ProjectPackage[]> {
  const { dependencies, devDependencies } = await readManifest(directory);
  const names = new Set([...Object.keys(dependencies ?? {}), ...Object.keys(devDependencies ?? {})]);
  return members.filter(({ name }) => names.has(name));
}
