import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  connectEngine,
  type DockerEngine,
  defaultMachineConfig,
  freeSubnets,
  type HomePaths,
  isEngineError,
  openEngineReader,
  proxyContainer,
  readContexts,
  readEndpointSource,
  readMachineConfig,
  readRecordedInstances,
  requireCompose,
  subnetsOf,
} from "@cspace/compose";
import type { EngineEvidence, Failure, OtherEngine } from "@cspace/doctor";
import { openCompose } from "../machine/open-compose.ts";
import type { Context } from "../options.ts";
import { failureOf, nearestFolder, type Reading, readFreeBytes } from "./reading.ts";

/** The engine, those beside it, Compose, its clock, its disk and the addresses that are left. */
export async function readEngine({ context, paths, timeoutMs }: Reading): Promise<EngineEvidence> {
  const { env, platform } = context;
  const { networkPool: pool } = await readMachineConfig(paths).catch(() => defaultMachineConfig);
  const isUsed = existsSync(join(paths.proxy, "docker-compose.yml")) || (await readRecordedInstances(paths)).length > 0;
  const chosenBy = await readEndpointSource(context).catch(() => "Docker's config.json");
  try {
    const engine = await connectEngine({ env, platform, timeoutMs });
    const [state, compose, proxy] = await Promise.all([
      readState(engine, pool),
      readCompose(context, paths),
      engine.inspectContainer(proxyContainer),
    ]);
    return {
      ...{ failure: null, endpoint: engine.endpoint, chosenBy, isUsed, pool, ...state },
      ...{ compose: compose.failure, composeVersion: compose.version, hasProxy: proxy !== undefined },
      others: await readOthers(context, { endpoint: engine.endpoint, proxy: proxy?.Id }),
    };
  } catch (error) {
    if (!isEngineError(error)) throw error;
    return {
      ...{ failure: failureOf(error), endpoint: null, version: null, chosenBy, isUsed, pool, hasProxy: false },
      ...{ compose: null, composeVersion: null, skewMs: null, freeSubnets: null, freeBytes: null },
      others: await readOthers(context, { endpoint: env.DOCKER_HOST, proxy: undefined }),
    };
  }
}

async function readState(
  engine: DockerEngine,
  pool: string,
): Promise<Pick<EngineEvidence, "version" | "skewMs" | "freeSubnets" | "freeBytes">> {
  const begin = Date.now();
  const [version, info, networks] = await Promise.all([engine.version(), engine.info(), engine.listNetworks()]);
  const told = Date.parse(info.SystemTime ?? "");
  // The engine's word is of some moment between question and answer.
  const [least, most] = [told - Date.now(), told - begin];
  const skewMs = Number.isNaN(told) ? null : Math.max(0, least) + Math.min(0, most);
  let free = 0;
  for (const _ of freeSubnets(pool, subnetsOf(networks))) free += 1;
  // One in a virtual machine keeps its things on a disk that is not seen from here.
  const folder = info.DockerRootDir;
  const freeBytes = folder !== undefined && existsSync(folder) ? await readFreeBytes(folder) : null;
  return { version: version.Version, skewMs, freeSubnets: free, freeBytes };
}

/** The engines of other contexts that answer; one that is the chosen one under another name has the same containers. */
async function readOthers(
  { env, platform }: Context,
  own: { readonly endpoint: string | undefined; readonly proxy: string | undefined },
): Promise<OtherEngine[]> {
  const contexts = (await readContexts({ env, platform })).filter(({ endpoint }) => endpoint !== own.endpoint);
  const looked = contexts.map(async ({ name, endpoint }): Promise<OtherEngine[]> => {
    try {
      const reader = await openEngineReader({ env: { ...env, DOCKER_HOST: endpoint }, platform, timeoutMs: 1500 });
      const [proxy] = await reader.listContainers({ all: true, filters: { name: [`^/${proxyContainer}$`] } });
      return [{ context: name, endpoint, hasProxy: proxy !== undefined && proxy.Id !== own.proxy }];
    } catch {
      return [];
    }
  });
  return (await Promise.all(looked)).flat();
}

async function readCompose(
  context: Context,
  paths: HomePaths,
): Promise<{ readonly failure: Failure | null; readonly version: string | null }> {
  try {
    const { compose } = await openCompose(context);
    const cwd = nearestFolder(paths.home);
    await requireCompose(compose, cwd);
    return { failure: null, version: (await compose(["version", "--short"], { cwd, readsOnly: true })).trim() };
  } catch (error) {
    return { failure: failureOf(error), version: null };
  }
}
