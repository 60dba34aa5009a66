import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { userHome } from "../home/user-home.ts";

/**
 * The variables that Docker's client gives every container that it makes, because its configuration names a proxy.
 *
 * @see https://docs.docker.com/engine/cli/proxy/
 */
export async function readClientProxy(endpoint: string, env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  const folder = env.DOCKER_CONFIG || join(userHome() ?? "/", ".docker");
  let proxies: Record<string, Record<string, unknown>> | undefined;
  try {
    ({ proxies } = JSON.parse(await readFile(join(folder, "config.json"), "utf8")));
  } catch {
    // Where it cannot be read, the client gives nothing either, or says so itself.
    return {};
  }
  const chosen = proxies?.[endpoint] ?? proxies?.default ?? {};
  return Object.fromEntries(
    Object.entries(variables).flatMap(([key, name]) => {
      const value = chosen[key];
      return typeof value === "string" && value !== "" ? [[name, value]] : [];
    }),
  );
}

const variables = {
  httpProxy: "HTTP_PROXY",
  httpsProxy: "HTTPS_PROXY",
  allProxy: "ALL_PROXY",
  ftpProxy: "FTP_PROXY",
  noProxy: "NO_PROXY",
} as const;
