import { createHash } from "node:crypto";
import { join } from "node:path";
import { CspaceError } from "@cspace/errors";
import type { ComposeErrorCode } from "../errors.ts";
import { userHome } from "../home/user-home.ts";
import { readJson } from "./read-json.ts";

/** Options of {@link resolveEndpoint}. */
export interface ResolveEndpointOptions {
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** @default os.homedir() */
  readonly homedir?: string;
  /** @default process.platform */
  readonly platform?: NodeJS.Platform;
}

/**
 * Resolves the Docker endpoint the way the `docker` command does: `DOCKER_HOST`, else the context named by
 * `DOCKER_CONTEXT`, else the current context of `config.json`, else the platform's default socket.
 *
 * @throws {CspaceError} `CSPACE_CONTEXT_UNKNOWN` when the named context does not exist; `CSPACE_ENGINE_REMOTE` when the
 * engine is on another machine, where 127.0.0.1 would be the wrong answer.
 * @see https://docs.docker.com/engine/manage-resources/contexts/
 * @example
 * ```ts
 * await resolveEndpoint({ env: { DOCKER_HOST: "unix:///run/user/1000/docker.sock" } });
 * //=> "unix:///run/user/1000/docker.sock"
 * ```
 */
export async function resolveEndpoint(options: ResolveEndpointOptions = {}): Promise<string> {
  const { env = process.env, homedir: home = userHome() ?? "/", platform = process.platform } = options;
  const endpoint = env.DOCKER_HOST || (await readContextEndpoint(env, home));
  return requireLocal(endpoint ?? defaultEndpoint(platform));
}

/**
 * What chooses the endpoint, in words: `DOCKER_HOST`, `the context colima`, else `default`.
 *
 * @throws {CspaceError} `CSPACE_CONTEXT_UNKNOWN` when Docker's `config.json` is damaged.
 */
export async function readEndpointSource(options: ResolveEndpointOptions = {}): Promise<string> {
  const { env = process.env, homedir: home = userHome() ?? "/" } = options;
  if (env.DOCKER_HOST) return "DOCKER_HOST";
  const name = await readContextName(env, home);
  return name === undefined ? "default" : `the context ${name}`;
}

const configFolder = (env: NodeJS.ProcessEnv, home: string): string => env.DOCKER_CONFIG || join(home, ".docker");

async function readContextName(env: NodeJS.ProcessEnv, home: string): Promise<string | undefined> {
  const name = env.DOCKER_CONTEXT || (await readJson(join(configFolder(env, home), "config.json")))?.currentContext;
  return typeof name !== "string" || name === "" || name === "default" ? undefined : name;
}

async function readContextEndpoint(env: NodeJS.ProcessEnv, home: string): Promise<string | undefined> {
  const name = await readContextName(env, home);
  if (name === undefined) return undefined;
  const id = createHash("sha256").update(name).digest("hex");
  const meta = await readJson(join(configFolder(env, home), "contexts", "meta", id, "meta.json"));
  const host = (meta?.Endpoints as { docker?: { Host?: unknown } } | undefined)?.docker?.Host;
  if (typeof host === "string" && host !== "") return host;
  throw new CspaceError<ComposeErrorCode>("CSPACE_CONTEXT_UNKNOWN", `the Docker context ${name} does not exist`, {
    hint: "list the contexts and choose one: docker context ls; docker context use default",
  });
}

/** The platform's own socket. */
export function defaultEndpoint(platform: NodeJS.Platform): string {
  return platform === "win32" ? "npipe:////./pipe/docker_engine" : "unix:///var/run/docker.sock";
}

function requireLocal(endpoint: string): string {
  if (isLocal(endpoint)) return endpoint;
  throw new CspaceError<ComposeErrorCode>(
    "CSPACE_ENGINE_REMOTE",
    `the Docker engine ${endpoint} is on another machine, so its ports are not on this one`,
    { hint: "choose a local engine: docker context use default (or unset DOCKER_HOST)" },
  );
}

/** Whether an engine is on this machine. */
export function isLocal(endpoint: string): boolean {
  if (/^(unix|npipe):\/\//.test(endpoint)) return true;
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const host = url?.hostname.replace(/^\[|\]$/g, "") ?? "";
  return (
    /^(tcp|https?):$/.test(url?.protocol ?? "") &&
    (host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host))
  );
}
