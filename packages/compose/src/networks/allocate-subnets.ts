import { CspaceError } from "@cspace/errors";
import type { DockerEngine, EngineNetwork } from "../engine/docker-engine.ts";
import type { ComposeErrorCode } from "../errors.ts";
import { proxyContainer, proxyProject } from "../proxy-names.ts";
import { readHostRoutes } from "./read-host-routes.ts";
import { covers, freeSubnets, overlaps } from "./subnets.ts";

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
 * Gives free subnets of the pool, of these prefixes: they overlap no network of the engine, no route of the host and nothing
 * reserved. Call it under the machine's lock, and record what was given before letting go of it.
 *
 * @throws {CspaceError} `CSPACE_NETWORK_POOL_EXHAUSTED`, naming the networks that nothing uses.
 */
export async function allocateSubnets(prefixes: readonly number[], options: AllocateSubnetsOptions): Promise<string[]> {
  if (prefixes.length === 0) return [];
  const { engine, pool, networks = await engine.listNetworks(), reserved = [] } = options;
  const routes = await readHostRoutes();
  const taken = [...subnetsOf(networks), ...routes, ...reserved];
  const given: string[] = [];
  for (const prefix of prefixes) {
    const { value: subnet } = freeSubnets(pool, [...taken, ...given], prefix).next();
    if (subnet === undefined) throw await poolExhausted(prefixes, prefix, { engine, pool, networks, routes });
    given.push(subnet);
  }
  return given;
}

async function poolExhausted(
  prefixes: readonly number[],
  prefix: number,
  {
    engine,
    pool,
    networks,
    routes,
  }: { engine: DockerEngine; pool: string; networks: readonly EngineNetwork[]; routes: readonly string[] },
): Promise<CspaceError<ComposeErrorCode>> {
  const inPool = networks
    .filter((network) => subnetsOf([network]).some((subnet) => overlaps(subnet, pool)))
    .map((network) => network.Name)
    .sort();
  const { used, proxied } = await readUse(engine);
  const idle = inPool.filter((name) => !used.has(name));
  const detach = idle
    .filter((name) => proxied.has(name))
    .map((name) => `docker network disconnect -f ${name} ${proxyContainer} && `);
  // A route that takes the pool as a whole is a VPN's, and removing networks would not help.
  const covering = routes.find((route) => covers(route, pool));
  if (covering !== undefined) {
    return new CspaceError(
      "CSPACE_NETWORK_POOL_EXHAUSTED",
      `this host's route ${covering} takes all of the network pool ${pool}`,
      {
        hint: 'choose another pool, such as "networkPool": "172.31.192.0/18", in config.json',
      },
    );
  }
  const listed = (names: readonly string[]): string =>
    names.length > 10 ? `${names.slice(0, 10).join(", ")} and ${names.length - 10} more` : names.join(", ");
  const reason =
    idle.length > 0
      ? `; nothing uses the networks ${listed(idle)}`
      : inPool.length > 0
        ? `; in use are the networks ${listed(inPool)}`
        : "";
  return new CspaceError(
    "CSPACE_NETWORK_POOL_EXHAUSTED",
    `the network pool ${pool} has no free /${prefix} left (${prefixes.length} needed)${reason}`,
    {
      hint:
        idle.length === 0
          ? 'remove an instance (cspace down), or set a larger "networkPool" in config.json'
          : `remove them: ${detach.join("")}docker network rm ${idle.join(" ")}`,
    },
  );
}

/** The IPv4 subnets of networks. */
export function subnetsOf(networks: readonly EngineNetwork[]): string[] {
  return networks.flatMap((network) => (network.IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []));
}

/** The networks that a container uses, running or not, and those that the proxy merely serves. */
async function readUse(engine: DockerEngine): Promise<{ used: ReadonlySet<string>; proxied: ReadonlySet<string> }> {
  const used = new Set<string>([proxyProject]);
  const proxied = new Set<string>();
  for (const { Names, NetworkSettings } of await engine.listContainers({ all: true })) {
    const into = Names.includes(`/${proxyContainer}`) ? proxied : used;
    for (const name of Object.keys(NetworkSettings?.Networks ?? {})) into.add(name);
  }
  return { used, proxied };
}
