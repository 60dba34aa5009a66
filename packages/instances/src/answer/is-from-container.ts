import { BlockList, isIP } from "node:net";
import { connectEngine, type EngineNetwork, hostAddress } from "@cspace/compose";

/** How long an engine's networks are taken to be as they were, in milliseconds. */
const freshMs = 2000;

/** Options of {@link createOriginCheck}. */
export interface OriginCheckOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly engines: () => readonly string[];
  /** @default those of the engine at the endpoint; without one, of the engine that the environment names */
  readonly readNetworks?: (endpoint: string | undefined) => Promise<readonly EngineNetwork[]>;
}

/**
 * Makes what tells whether an address is a container's: containers reach the proxy by its networks, and what is told to
 * this machine is not for them. Where an engine does not tell its networks, every address but loopback is taken for one.
 */
export function createOriginCheck(options: OriginCheckOptions): (address: string) => Promise<boolean> {
  const { env, platform, engines } = options;
  const readNetworks =
    options.readNetworks ??
    (async (endpoint: string | undefined) => {
      const named = endpoint === undefined ? env : { ...env, DOCKER_HOST: endpoint };
      return await (await connectEngine({ env: named, platform })).listNetworks();
    });
  let known: { readonly at: number; readonly networks: Promise<readonly EngineNetwork[]> } | undefined;
  return async (address) => {
    if (isLoopback(address)) return false;
    const now = Date.now();
    if (known === undefined || now - known.at > freshMs) {
      const asked = engines().length > 0 ? engines() : [undefined];
      known = { at: now, networks: Promise.all(asked.map(readNetworks)).then((all) => all.flat()) };
    }
    try {
      return isOfContainer(await known.networks, address);
    } catch {
      known = undefined;
      return true;
    }
  };
}

/** Whether an address is in one of the networks, and is not that of the host there, from which its own requests come. Pure. */
export function isOfContainer(networks: readonly Pick<EngineNetwork, "IPAM">[], address: string): boolean {
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  if (isIP(address) === 0) return true;
  const subnets = networks.flatMap(({ IPAM }) => IPAM?.Config ?? []);
  return subnets.some((config) => {
    const [base = "", prefix = ""] = (config.Subnet ?? "").split("/");
    if (isIP(base) !== isIP(address)) return false;
    const subnet = new BlockList();
    subnet.addSubnet(base, Number(prefix), family);
    return subnet.check(address, family) && hostAddress(config) !== address;
  });
}

const isLoopback = (address: string): boolean =>
  address === "::1" || address.startsWith("127.") || address.startsWith("::ffff:127.");
