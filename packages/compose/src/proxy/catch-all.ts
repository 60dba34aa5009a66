import { rm } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { errorPath, iconPath, identityPath } from "@cspace/hostnames";
import { planFile, readFileState, writeFileAtomic } from "@cspace/plan";
import type { DockerEngine, EngineNetwork } from "../engine/docker-engine.ts";
import type { HomePaths } from "../home/home-paths.ts";
import { hostAddress } from "../networks/subnets.ts";
import { proxyContainer, proxyProject } from "../proxy-names.ts";
import { priorities } from "./priorities.ts";

/** Where Traefik reaches a gateway that runs on the host. */
export interface GatewayAddress {
  /** What Traefik dials, without the port. */
  readonly host: string;
  /** The address of this host that the gateway has to listen on beside loopback, and for whom; `null`: loopback is enough. */
  readonly further: { readonly address: string; readonly peers: readonly string[] } | null;
}

/**
 * Tells how Traefik reaches the host. A local Linux engine's networks begin at an address of this host, which is on the
 * same link as Traefik; an engine in a virtual machine forwards `host.docker.internal` to the host's loopback.
 *
 * @see https://docs.docker.com/desktop/features/networking/#i-want-to-connect-from-a-container-to-a-service-on-the-host
 */
export function findGatewayAddress(
  networks: readonly EngineNetwork[],
  options: { readonly interfaces?: ReturnType<typeof networkInterfaces> } = {},
): GatewayAddress {
  const { interfaces = networkInterfaces() } = options;
  const own = networks.find(({ Name }) => Name === proxyProject)?.IPAM?.Config?.[0];
  const address = own === undefined ? undefined : hostAddress(own);
  const here = Object.values(interfaces).some((all) => all?.some((one) => one.address === address));
  if (address === undefined || own?.Subnet === undefined || !here)
    return { host: "host.docker.internal", further: null };
  return { host: address, further: { address, peers: [own.Subnet] } };
}

/**
 * The dynamic configuration by which Traefik hands every hostname that no container claims to the gateway. Pure.
 *
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/http/routing/rules-and-priority/
 */
export function renderCatchAll(domains: readonly string[], url: string): string {
  const rule = ruleOf(domains);
  const parts = [
    buildHandOn(service, rule, 1),
    buildHandOn(`${service}-identity`, identityRule(domains), priorities.identity),
  ];
  const { routers, middlewares } = mergeParts(parts);
  const http = {
    routers,
    middlewares: { ...middlewares, ...pagesOf() },
    services: { [service]: { loadBalancer: { servers: [{ url }] } } },
  };
  // JSON is YAML: https://yaml.org/spec/1.2.2/#12-changes
  return `${JSON.stringify({ http }, null, 2)}\n`;
}

/**
 * In place of what services do not have: an icon, and a page that says why none of them answers.
 *
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/errorpages/
 */
function pagesOf(): object {
  return {
    "cspace-icon": { errors: { status: ["404"], statusRewrites: { "404": 200 }, service, query: iconPath } },
    "cspace-error": { errors: { status: ["502", "504"], service, query: `${errorPath}?status={status}` } },
  };
}

/** A hostname under one of the domains. */
function ruleOf(domains: readonly string[]): string {
  const suffixes = domains.map((domain) => domain.replaceAll(".", "\\.")).join("|");
  return `HostRegexp(\`^.+\\.(${suffixes})$\`)`;
}

/** The path at which every hostname tells who answers under it. */
export function identityRule(domains: readonly string[]): string {
  return `${ruleOf(domains)} && Path(\`${identityPath}\`)`;
}

/** The routers and middlewares of several hand-overs together. */
export function mergeParts(parts: readonly HandOn[]): HandOn {
  return {
    routers: Object.assign({}, ...parts.map(({ routers }) => routers)),
    middlewares: Object.assign({}, ...parts.map(({ middlewares }) => middlewares)),
  };
}

const service = "cspace-gateway";

/** Parts of a dynamic configuration. */
interface HandOn {
  readonly routers: object;
  readonly middlewares: object;
}

/** Routers that hand what a rule matches to the gateway, without anything of Traefik's own. */
export function buildHandOn(name: string, rule: string, priority: number): HandOn {
  const router = { entryPoints: ["web", "websecure"], service };
  const plain = `(${rule}) && !HeaderRegexp(\`Accept-Encoding\`, \`.\`)`;
  return {
    routers: {
      [name]: { rule, priority, ...router },
      // As of containers: Traefik is to ask for no coding that the client does not.
      [`${name}-plain`]: { rule: plain, priority: priority + 1, ...router, middlewares: [`${name}-plain`] },
    },
    middlewares: { [`${name}-plain`]: { headers: { customRequestHeaders: { "Accept-Encoding": "identity" } } } },
  };
}

const fileName = "gateway.yml";

/**
 * Lets Traefik hand on to the gateway at `url`; tells whether something changed. Traefik is told, since file events do
 * not cross every kind of mount.
 */
export async function ensureCatchAll(
  engine: DockerEngine,
  paths: HomePaths,
  options: { readonly domains: readonly string[]; readonly url: string },
): Promise<boolean> {
  const path = join(paths.proxy, "dynamic", fileName);
  const text = renderCatchAll(options.domains, options.url);
  if (planFile(await readFileState(path), text) === undefined) return false;
  await writeFileAtomic(path, text, { mode: 0o644 });
  await engine.signalContainer(proxyContainer, "SIGHUP");
  return true;
}

/** Whether Traefik is told to hand on to a gateway, which may be gone. */
export async function hasCatchAll(paths: HomePaths): Promise<boolean> {
  return (await readFileState(join(paths.proxy, "dynamic", fileName))).kind === "file";
}

/** Takes {@link ensureCatchAll} back; without an engine only the file goes. Tells whether there was one. */
export async function removeCatchAll(engine: DockerEngine | undefined, paths: HomePaths): Promise<boolean> {
  const path = join(paths.proxy, "dynamic", fileName);
  if ((await readFileState(path)).kind === "missing") return false;
  await rm(path, { force: true });
  await engine?.signalContainer(proxyContainer, "SIGHUP");
  return true;
}
