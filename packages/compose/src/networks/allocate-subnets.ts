import { CspaceError } from "@cspace/errors";
import type { DockerEngine, EngineNetwork } from "../engine/docker-engine.ts";
import type { ComposeErrorCode } from "../errors.ts";
import { proxyContainer } from "../proxy/proxy-names.ts";
import { readHostRoutes } from "./read-host-routes.ts";
import { freeSubnets, overlaps } from "./subnets.ts";

/** Options of {@link allocateSubnets}. */
export interface AllocateSubnetsOptions {
  readonly engine: DockerEngine;
  readonly pool: string;
  /** Networks that the caller has read already. @default those the engine lists */
  readonly networks?: readonly EngineNetwork[];
  /** Subnets promised to others whose networks do not exist yet. @default [] */
  readonly reserved?: readonly string[];
}

/**
 * Gives `count` free subnets of the pool: they overlap no network of the engine, no route of the host and nothing
 * reserved. Call it under the machine's lock, and record what was given before letting go of it.
 *
 * @throws {CspaceError} `CSPACE_NETWORK_POOL_EXHAUSTED`, naming the networks that nothing uses.
 */
export async function allocateSubnets(count: number, options: AllocateSubnetsOptions): Promise<string[]> {
  if (count === 0) return [];
  const { engine, pool, networks = await engine.listNetworks(), reserved = [] } = options;
  const taken = [...subnetsOf(networks), ...(await readHostRoutes()), ...reserved];
  const given: string[] = [];
  for (const subnet of freeSubnets(pool, taken)) {
    given.push(subnet);
    if (given.length === count) return given;
  }
  const idle = await readIdleNetworks(engine, pool, networks);
  throw new CspaceError<ComposeErrorCode>(
    "CSPACE_NETWORK_POOL_EXHAUSTED",
    `the network pool ${pool} has no free /26 left (${count} needed)${
      idle.length === 0 ? "" : `; nothing uses the networks ${idle.join(", ")}`
    }`,
    {
      hint:
        idle.length === 0
          ? 'remove an instance (cspace down), or set a larger "networkPool" in config.json'
          : `remove them: docker network rm ${idle.join(" ")}`,
    },
  );
}

/** The IPv4 subnets of networks. */
export function subnetsOf(networks: readonly EngineNetwork[]): string[] {
  return networks.flatMap((network) => (network.IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []));
}

async function readIdleNetworks(
  engine: DockerEngine,
  pool: string,
  networks: readonly EngineNetwork[],
): Promise<string[]> {
  const containers = await engine.listContainers({ all: true });
  const used = new Set(
    containers
      .filter((container) => !container.Names.includes(`/${proxyContainer}`))
      .flatMap((container) => Object.keys(container.NetworkSettings?.Networks ?? {})),
  );
  return networks
    .filter((network) => subnetsOf([network]).some((subnet) => overlaps(subnet, pool)) && !used.has(network.Name))
    .map((network) => network.Name)
    .sort();
}
