import { request } from "node:http";
import type { ConnectEngineOptions } from "./connect-engine.ts";
import type { DockerEngine, EngineListOptions } from "./docker-engine.ts";
import { explainEngineError } from "./explain-engine-error.ts";
import { resolveEndpoint } from "./resolve-endpoint.ts";

/** The part of the engine that tells where everything is. */
export type EngineReader = Pick<DockerEngine, "endpoint" | "listContainers">;

/**
 * Opens the local Docker Engine for reading: nothing is asked before the first call, each call is one request, and no
 * client library is loaded, so that an answer costs a few milliseconds.
 *
 * @throws {CspaceError} as {@link resolveEndpoint}; every call throws what `connectEngine` does when the engine cannot be
 * used or takes longer than `timeoutMs` for the whole answer.
 * @see https://docs.docker.com/reference/api/engine/
 * @example
 * ```ts
 * const reader = await openEngineReader({ timeoutMs: 1000 });
 * await listContainerInstances({ engine: reader });
 * ```
 */
export async function openEngineReader(options: ConnectEngineOptions = {}): Promise<EngineReader> {
  const { env = process.env, platform = process.platform, timeoutMs = 5000 } = options;
  const endpoint = await resolveEndpoint(options);
  const target = targetOf(endpoint);
  // With certificates it takes the client that reads them.
  if (target === undefined) return await (await import("./connect-engine.ts")).connectEngine(options);
  return {
    endpoint,
    listContainers: async ({ all = false, filters = {} }: EngineListOptions = {}) => {
      const query = new URLSearchParams({ all: String(all), filters: JSON.stringify(filters) });
      try {
        return JSON.parse(await readBody({ ...target, path: `/containers/json?${query}` }, timeoutMs));
      } catch (error) {
        throw explainEngineError(error, endpoint, { env, platform, timeoutMs });
      }
    },
  };
}

type Target = { readonly socketPath: string } | { readonly host: string; readonly port: string };

function targetOf(endpoint: string): Target | undefined {
  if (endpoint.startsWith("unix://")) return { socketPath: endpoint.slice("unix://".length) };
  if (endpoint.startsWith("npipe://")) return { socketPath: endpoint.slice("npipe://".length).replaceAll("/", "\\") };
  const { hostname, port, protocol } = new URL(endpoint);
  if (port === "2376" || protocol === "https:") return undefined;
  return { host: hostname.replace(/^\[|\]$/g, ""), port: port || "2375" };
}

function readBody(target: Target & { readonly path: string }, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ ...target, headers: { host: "docker" }, agent: false });
    const silent = (): void => void sent.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" }));
    const timer = setTimeout(silent, timeoutMs);
    sent.once("close", () => clearTimeout(timer));
    sent.once("error", reject);
    sent.once("response", (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk;
      });
      response.once("error", reject);
      response.once("end", () => {
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`it answers ${response.statusCode}: ${body.trim().slice(0, 200)}`));
      });
    });
    sent.end();
  });
}
