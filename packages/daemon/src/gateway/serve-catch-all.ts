import {
  type DockerEngine,
  ensureCatchAll,
  findGatewayAddress,
  type HomePaths,
  proxyProject,
  withLock,
} from "@cspace/compose";
import type { Front } from "./create-front.ts";

/** Where Traefik is, and what it hands on. */
export interface ServeCatchAllOptions {
  readonly engine: DockerEngine;
  readonly paths: HomePaths;
  readonly domains: readonly string[];
  readonly front: Pick<Front, "open">;
}

/** Lets Traefik hand on what no container claims, without a command that would: after the machine was started anew. */
export async function serveCatchAll({ engine, paths, domains, front }: ServeCatchAllOptions): Promise<void> {
  await withLock(paths, "proxy", async () => {
    const networks = await engine.listNetworks();
    if (networks.every(({ Name }) => Name !== proxyProject)) return;
    const { host, further } = findGatewayAddress(networks);
    const port = await front.open(further);
    await ensureCatchAll(engine, paths, { domains, url: `http://${host}:${port}` });
  });
}
