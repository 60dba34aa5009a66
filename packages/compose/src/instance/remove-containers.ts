import { CspaceError } from "@cspace/errors";
import { composeProjectName, networkName } from "@cspace/hostnames";
import { labelKeys } from "@cspace/labels";
import type { DockerEngine } from "../engine/docker-engine.ts";
import { type RunCompose, requireCompose } from "../engine/run-compose.ts";
import type { ComposeErrorCode } from "../errors.ts";
import type { HomePaths } from "../home/home-paths.ts";
import { makeFolder, withLock } from "../home/with-lock.ts";
import { ownNetworks } from "../networks/plan-attachments.ts";
import { proxyContainer } from "../proxy-names.ts";
import { forgetInstance, keepRecordOnly } from "./instance-record.ts";
import { createStepRunner, type OnStep, type Step } from "./run-steps.ts";
import { listInstanceContainers } from "./wait-for-instance.ts";

/** Options of {@link removeContainers}. */
export interface RemoveContainersOptions {
  readonly engine: DockerEngine;
  readonly compose: RunCompose;
  readonly paths: HomePaths;
  /** Remove its volumes and forget its directory too. @default false */
  readonly volumes?: boolean;
  /** Remove the images too that were built for it. @default false */
  readonly images?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: OnStep | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
}

/**
 * Removes an instance from the labels of its containers alone, so also when its directory is gone: containers,
 * networks, and the project's network when it was the last. Volumes stay, unless asked.
 *
 * @throws {CspaceError} `CSPACE_RESOURCE_IN_USE`, naming the containers of others that hold a network or a volume; the same call
 * again goes on when they are gone.
 */
export async function removeContainers(
  names: { readonly project: string; readonly instance: string },
  options: RemoveContainersOptions,
): Promise<readonly Step[]> {
  const { engine, paths, volumes = false, images = false, signal } = options;
  const composeProject = composeProjectName(names);
  const { steps, run: runStep } = createStepRunner(options.onStep);
  const step = (name: Step["name"], work: () => Promise<boolean>): Promise<void> =>
    runStep(name, async () => ((await work()) ? "done" : "unchanged"));
  // An empty folder: Compose must find no file and go by the labels.
  const empty = `${paths.run}/empty`;
  await makeFolder(empty);
  const run = (...args: string[]): Promise<string> =>
    options.compose(["-p", composeProject, ...args], { cwd: empty, signal, onLine: options.onLine });
  const work = async (): Promise<void> => {
    const containers = await listInstanceContainers(engine, composeProject);
    await step("detach", () => withLock(paths, "proxy", () => detach(engine, composeProject), { signal }));
    await step("stop", async () => {
      // What is frozen cannot end.
      const frozen = containers.filter(({ State }) => State === "paused");
      for (const { Id } of frozen) await engine.unpauseContainer(Id);
      if (
        frozen.length === 0 &&
        !containers.some((container) => container.State === "running" || container.State === "restarting")
      )
        return false;
      await requireCompose(options.compose, empty);
      await run("stop");
      return true;
    });
    // The proxy may have been attached again by another `up` meanwhile, and a network that it is on would stay.
    await step("remove", () =>
      withLock(
        paths,
        "proxy",
        async () => {
          await detach(engine, composeProject);
          const removed = await remove(engine, composeProject, run, volumes);
          const last = await removeProjectNetwork(engine, names.project);
          if (images) await removeImages(engine, composeProject);
          if (volumes) await forgetInstance(paths, names);
          else await keepRecordOnly(paths, names);
          return removed || last;
        },
        { signal },
      ),
    );
  };
  await withLock(paths, `instance-${composeProject}`, work, { signal });
  return steps;
}

async function detach(engine: DockerEngine, composeProject: string): Promise<boolean> {
  const [networks, proxy] = await Promise.all([engine.listNetworks(), engine.inspectContainer(proxyContainer)]);
  const attached = ownNetworks(composeProject, networks).filter(
    (network) => proxy?.NetworkSettings.Networks[network.Name] !== undefined,
  );
  for (const network of attached) await engine.disconnectNetwork(network.Name, proxyContainer);
  return attached.length > 0;
}

async function remove(
  engine: DockerEngine,
  composeProject: string,
  run: (...args: string[]) => Promise<string>,
  volumes: boolean,
): Promise<boolean> {
  const label = [`com.docker.compose.project=${composeProject}`];
  const containers = await engine.listContainers({ all: true, filters: { label } });
  if (containers.length > 0) await run("down", "--remove-orphans", ...(volumes ? ["--volumes"] : []));
  const networks = ownNetworks(composeProject, await engine.listNetworks());
  for (const { Id, Name } of networks) {
    await removeUnused(`the network ${Name}`, { engine, filters: { network: [Id] } }, () => engine.removeNetwork(Id));
  }
  const left = volumes ? await engine.listVolumes({ filters: { label } }) : [];
  for (const { Name } of left) {
    await removeUnused(`the volume ${Name}`, { engine, filters: { volume: [Name] } }, () => engine.removeVolume(Name));
  }
  return containers.length + networks.length + left.length > 0;
}

/** Images that Compose built for an instance, and those that it has under names of its own. */
async function removeImages(engine: DockerEngine, composeProject: string): Promise<void> {
  for (const name of await engine.listImageNames()) {
    if (isImageOf(composeProject, name)) await engine.removeImage(name);
  }
}

/** Whether an image was built for an instance, or has a name of its own there. */
export function isImageOf(composeProject: string, name: string): boolean {
  return name.startsWith(`${composeProject}-`) || name.startsWith(`${composeProject}/`);
}

/** Removes what the engine refuses to remove while a container uses it; then that container is named. */
async function removeUnused(
  what: string,
  { engine, filters }: { readonly engine: DockerEngine; readonly filters: Readonly<Record<string, readonly string[]>> },
  removeIt: () => Promise<void>,
): Promise<void> {
  try {
    await removeIt();
  } catch (cause) {
    const { statusCode } = cause as Error & { statusCode?: number };
    if (statusCode !== 403 && statusCode !== 409) throw cause;
    const users = await engine.listContainers({ all: true, filters });
    const names = users.map(({ Id, Names }) => (Names[0] ?? Id).replace(/^\//, "")).join(" ");
    throw new CspaceError<ComposeErrorCode>(
      "CSPACE_RESOURCE_IN_USE",
      `${what} is in use${names === "" ? "" : ` by ${names}, which is not the instance's`}`,
      { hint: `remove what uses it (docker rm -f ${names}), then run the command again`, cause },
    );
  }
}

/** Removes `cspace-<project>` when no container but the proxy is on it and no instance of the project is left. */
async function removeProjectNetwork(engine: DockerEngine, project: string): Promise<boolean> {
  const name = networkName(project);
  const [containers, networks] = await Promise.all([
    engine.listContainers({ all: true }),
    engine.listNetworks({ filters: { name: [name] } }),
  ]);
  const network = networks.find((one) => one.Name === name);
  if (network?.Labels?.[labelKeys.managed] !== "true") return false;
  const used = containers.some(
    (container) =>
      !container.Names.includes(`/${proxyContainer}`) &&
      (container.NetworkSettings?.Networks[name] !== undefined || container.Labels[labelKeys.project] === project),
  );
  if (used) return false;
  await engine.disconnectNetwork(name, proxyContainer);
  await engine.removeNetwork(name);
  return true;
}
