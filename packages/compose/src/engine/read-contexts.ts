import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { userHome } from "../home/user-home.ts";
import { readJson } from "./read-json.ts";
import { defaultEndpoint, isLocal, type ResolveEndpointOptions } from "./resolve-endpoint.ts";

/** A Docker context of this user whose engine is on this machine. */
export interface EngineContext {
  /** As `docker context ls` names it. */
  readonly name: string;
  /** `unix:///var/run/docker.sock` */
  readonly endpoint: string;
}

/**
 * Every context whose engine is on this machine, the platform's own (`default`) first. What is damaged is left out.
 *
 * @see https://docs.docker.com/engine/manage-resources/contexts/
 * @example
 * ```ts
 * await readContexts(); //=> [{ name: "default", endpoint: "unix:///var/run/docker.sock" }]
 * ```
 */
export async function readContexts(options: ResolveEndpointOptions = {}): Promise<EngineContext[]> {
  const { env = process.env, homedir = userHome() ?? "/", platform = process.platform } = options;
  const folder = join(env.DOCKER_CONFIG || join(homedir, ".docker"), "contexts", "meta");
  const ids = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    ids.sort().map(async (id): Promise<EngineContext[]> => {
      const meta = await readJson(join(folder, id, "meta.json")).catch(() => undefined);
      const endpoint = (meta?.Endpoints as { docker?: { Host?: unknown } } | undefined)?.docker?.Host;
      if (typeof meta?.Name !== "string" || typeof endpoint !== "string" || !isLocal(endpoint)) return [];
      return [{ name: meta.Name, endpoint }];
    }),
  );
  return [{ name: "default", endpoint: defaultEndpoint(platform) }, ...found.flat()];
}
