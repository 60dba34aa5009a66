import { stat } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { ComposeModel, EngineContainerDetail } from "@cspace/compose";
import { readScripts, servesChanges } from "@cspace/processes";
import type { Project } from "@cspace/project";
import type { MachineInstance, MachineRoute } from "../describe/merge-instances.ts";
import type { Machine } from "../machine/open-engine.ts";
import type { Context } from "../options.ts";
import { readStack } from "../up/read-stack.ts";
import { findChange, isServed } from "./find-change.ts";
import type { CodeState } from "./judge-code.ts";

/** The container of a route, and what its instance is made from. */
export interface ContainerCode {
  readonly project: Project;
  readonly instance: MachineInstance;
  readonly route: MachineRoute;
  readonly machine: Machine;
}

/** Reads whether a container is of the compose files, of the image, and of the mounted files as they are now. */
export async function readContainerCode(context: Context, options: ContainerCode): Promise<CodeState> {
  const { project, instance, route, machine } = options;
  const id = instance.containers.find(({ service }) => service === route.service)?.id;
  const container = id === undefined ? undefined : await machine.engine.inspectContainer(id);
  if (container === undefined) return { state: "same" };
  const quiet = { ...context, onWarning: () => undefined };
  const stack = await readStack(quiet, machine, project, {
    project: instance.project,
    instance: instance.instance,
    dryRun: true,
  });
  try {
    const { model, before } = await stack.model;
    if (before !== undefined && !isDeepStrictEqual(before.services[route.service], model.services[route.service])) {
      return { state: "reconfigured", path: relative(project.directory, stack.files[0] ?? "") || "the compose file" };
    }
    return await readFiles({ ...options, model, container });
  } finally {
    await stack.release();
  }
}

interface Read extends ContainerCode {
  readonly model: ComposeModel;
  readonly container: EngineContainerDetail;
}

async function readFiles({ project, route, machine, model, container }: Read): Promise<CodeState> {
  const service = model.services[route.service];
  const mounts = (service?.volumes ?? []).flatMap(({ type, source }) =>
    type === "bind" && source !== undefined && isBelow(project.directory, source) ? [source] : [],
  );
  const show = (folder: string, path: string): string => relative(project.directory, join(folder, path));
  const startedAt = Date.parse(container.State.StartedAt ?? "");
  const isLive = await servesMounted(container, mounts, project.directory);
  for (const mount of mounts) {
    const isFile = !(await isDirectory(mount));
    // One file is how a server is set up, which it reads when it begins.
    if (isLive && !isFile) continue;
    const [folder, name] = isFile ? [dirname(mount), basename(mount)] : [mount, undefined];
    const change = await findChange(folder, startedAt, name === undefined ? isServed : (path) => path === name);
    if (change !== null) return { state: "changed", path: show(folder, change.path) };
  }
  const context = service?.build?.context;
  if (context === undefined || !isBelow(project.directory, context)) return { state: "same" };
  const image = await machine.engine.inspectImage(container.Config.Image);
  if (image !== undefined && container.Image !== undefined && image.Id !== container.Image) {
    return { state: "older-image", image: container.Config.Image };
  }
  // A build of what has not changed gives the image its name again, and nothing else.
  const builtAt = Math.max(Date.parse(image?.Created ?? "") || 0, Date.parse(image?.Metadata?.LastTagTime ?? "") || 0);
  if (builtAt === 0) return { state: "same" };
  const isBuilt = (path: string): boolean => {
    const full = join(context, path);
    const isMounted = mounts.some((mount) => full === mount || full.startsWith(`${mount}${sep}`));
    return !isMounted && (isServed(path) || basename(path).startsWith("Dockerfile"));
  };
  const change = await findChange(context, builtAt, isBuilt);
  return change === null ? { state: "same" } : { state: "unbuilt", path: show(context, change.path) };
}

/** Whether what runs in a container serves what is mounted as it is now. */
async function servesMounted(
  { Config: { Cmd, Entrypoint } }: EngineContainerDetail,
  mounts: readonly string[],
  directory: string,
): Promise<boolean> {
  const [command, entrypoint] = [Cmd ?? [], Entrypoint ?? []].map(lineOf);
  const folders = [...mounts, directory];
  const live = folders.map(async (folder) => {
    const lines = [command, entrypoint].filter((line): line is string => line !== undefined && line !== "");
    const found = await Promise.all(lines.map(async (line) => servesChanges(line, await readScripts(folder, line))));
    return found.includes(true);
  });
  return (await Promise.all(live)).includes(true);
}

/** A command as a shell has it: `sh -c` has it so already. */
function lineOf(words: readonly string[]): string {
  const [shell = "", flag = "", text] = words;
  if (/(?:^|\/)(?:ba|da|a)?sh$/.test(shell) && /^-\w*c$/.test(flag) && text !== undefined) return text;
  return words.map((word) => (/^[\w./:,=@+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}

const isBelow = (directory: string, path: string): boolean =>
  path === directory || path.startsWith(`${directory}${sep}`);

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() !== false;
}
