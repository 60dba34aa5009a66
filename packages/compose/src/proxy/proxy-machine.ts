import { networkInterfaces } from "node:os";
import { CspaceError } from "@cspace/errors";
import type { DockerEngine, EngineNetwork } from "../engine/docker-engine.ts";
import { isOlder } from "../engine/run-compose.ts";
import type { ComposeErrorCode } from "../errors.ts";
import type { HomePaths } from "../home/home-paths.ts";
import type { MachineConfig } from "../home/machine-config.ts";
import { readReservedSubnets } from "../instance/instance-record.ts";
import { allocateSubnets, subnetsOf } from "../networks/allocate-subnets.ts";
import { subnetPrefix } from "../networks/subnets.ts";
import { proxyProject } from "../proxy-names.ts";
import type { ProxyStackInput } from "./render-proxy.ts";

/** What the proxy's stack depends on and no setting tells. */
export type ProxyMachine = Pick<ProxyStackInput, "socketPath" | "ipv6" | "selinux">;

/** Reads the engine and the host; `subnet` is that of the proxy's own network, where it exists. */
async function readMachine(engine: DockerEngine): Promise<ProxyMachine & { readonly subnet: string | undefined }> {
  const [info, networks] = await Promise.all([
    engine.info(),
    engine.listNetworks({ filters: { name: [proxyProject] } }),
  ]);
  const path = engine.endpoint.startsWith("unix://") ? engine.endpoint.slice("unix://".length) : "";
  const virtual = process.platform !== "linux" || /Docker Desktop/.test(info.OperatingSystem);
  return {
    socketPath: virtual || path === "" ? "/var/run/docker.sock" : path,
    ipv6: hasIpv6(),
    selinux: (info.SecurityOptions ?? []).some((option) => option.includes("name=selinux")),
    subnet: ownSubnet(networks),
  };
}

/** Whether this host has `::1`. */
export function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === "::1"));
}

/** The subnet of the proxy's own network, where it is among these. */
export function ownSubnet(networks: readonly EngineNetwork[]): string | undefined {
  return subnetsOf(networks.filter((network) => network.Name === proxyProject))[0];
}

/**
 * As {@link readMachine}, with a free subnet where the network does not exist yet.
 *
 * @throws {CspaceError} `CSPACE_ENGINE_OLD`, `CSPACE_NETWORK_POOL_EXHAUSTED`.
 */
export async function chooseMachine(
  config: MachineConfig,
  { engine, paths }: { readonly engine: DockerEngine; readonly paths: HomePaths },
): Promise<ProxyMachine & { readonly subnet: string }> {
  const [machine, version] = await Promise.all([readMachine(engine), engine.version()]);
  if (isOlder(version.ApiVersion, "1.40")) {
    throw new CspaceError<ComposeErrorCode>(
      "CSPACE_ENGINE_OLD",
      `Docker Engine ${version.Version} (API ${version.ApiVersion}) is too old: API 1.40 is needed`,
      { hint: "update it: https://docs.docker.com/engine/install/" },
    );
  }
  if (machine.subnet !== undefined) return { ...machine, subnet: machine.subnet };
  const reserved = await readReservedSubnets(paths);
  const [subnet] = await allocateSubnets([subnetPrefix], { engine, pool: config.networkPool, reserved });
  return { ...machine, subnet: subnet as string };
}
