import { CspaceError, isCspaceError } from "@cspace/errors";
import { networkName } from "@cspace/hostnames";
import { labelKeys } from "@cspace/labels";
import type { DockerEngine } from "../engine/docker-engine.ts";
import type { ComposeErrorCode } from "../errors.ts";
import { allocateSubnets } from "./allocate-subnets.ts";
import { parsePool, subnetPrefix } from "./subnets.ts";

/** Options of {@link ensureProjectNetwork}. */
export interface EnsureProjectNetworkOptions {
  readonly engine: DockerEngine;
  readonly pool: string;
  readonly reserved?: readonly string[];
  /**
   * The prefixes of more subnets that the caller is about to take: where the pool does not hold them all, nothing is
   * created.
   * @default []
   */
  readonly besides?: readonly number[];
  /** The project's name as its user wrote it. */
  readonly projectName: string;
}

/**
 * Makes sure that `cspace-<project>` exists: an internal bridge, so that it carries the proxy's traffic and gives
 * nobody a way out. Call it under the machine's lock. `true` when it had to be created.
 *
 * @throws {CspaceError} `CSPACE_NAME_TAKEN` when a network of that name is not cspace's, or belongs to a project whose
 * name merely comes to the same slug.
 */
export async function ensureProjectNetwork(project: string, options: EnsureProjectNetworkOptions): Promise<boolean> {
  const { engine, pool, reserved = [], besides = [], projectName } = options;
  const name = networkName(project);
  const networks = await engine.listNetworks();
  const found = networks.find((network) => network.Name === name);
  if (found !== undefined) {
    const owner = found.Labels?.[labelKeys.projectName];
    if (found.Labels?.[labelKeys.managed] !== "true") {
      throw new CspaceError<ComposeErrorCode>("CSPACE_NAME_TAKEN", `the network ${name} exists and is not cspace's`, {
        hint: `remove it, or name the project otherwise in .cspace.json: docker network rm ${name}`,
      });
    }
    if (owner !== undefined && owner !== projectName) throw sameSlug("project", project, projectName, owner);
    return false;
  }
  const allocate = (prefix: number): Promise<string[]> =>
    allocateSubnets([prefix, ...besides], { engine, pool, networks, reserved });
  const wanted = projectPrefix(pool);
  const [subnet] = await allocate(wanted).catch((error: unknown) => {
    if (wanted === subnetPrefix || !isCspaceError(error)) throw error;
    return allocate(subnetPrefix);
  });
  await engine.createNetwork({
    name,
    internal: true,
    subnet: subnet as string,
    labels: { [labelKeys.managed]: "true", [labelKeys.project]: project, [labelKeys.projectName]: projectName },
  });
  return true;
}

/**
 * How large a network is that every served container of a project is on: a bridge of Linux has 1023 places at most
 * (BR_PORT_BITS of net/bridge), and no project takes more than a 64th of the pool.
 */
function projectPrefix(pool: string): number {
  return Math.min(subnetPrefix, Math.max(22, parsePool(pool).prefix + 6));
}

/** The error for two names that come to one slug. */
export function sameSlug(what: string, slug: string, wanted: string, owner: string): CspaceError<ComposeErrorCode> {
  return new CspaceError(
    "CSPACE_NAME_TAKEN",
    `the ${what} ${JSON.stringify(wanted)} comes to the name ${slug}, which is in use for ${JSON.stringify(owner)}`,
    {
      hint:
        what === "project"
          ? 'give it another name: "project" in .cspace.json'
          : "give it another name: cspace up <name>",
    },
  );
}
