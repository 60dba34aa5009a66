import { devServers } from "./dev-servers.ts";

/**
 * What is to be written, and where, so that a server answers to hostnames under a domain; `undefined` where nobody knows.
 *
 * @param server As `planCommand` names it.
 * @example
 * ```ts
 * findHostsSetting("Storybook", "cspace.local");
 * //=> 'core: { allowedHosts: [".cspace.local"] } in .storybook/main'
 * ```
 */
export function findHostsSetting(server: string | null, domain: string): string | undefined {
  return devServers.find(({ name }) => name === server)?.hostsSetting?.replaceAll("{domain}", domain);
}
