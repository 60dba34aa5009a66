import { readMachineConfig } from "@cspace/compose";
import type { ProxyVariablesEvidence } from "@cspace/doctor";
import type { Reading } from "./reading.ts";

/** By which proxy programs ask for everything. */
export async function readProxyVariables({ context, paths }: Reading): Promise<ProxyVariablesEvidence> {
  const { env } = context;
  const { domains } = await readMachineConfig(paths);
  const name = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"].find(
    (one) => env[one],
  );
  const noProxy = (env.no_proxy ?? env.NO_PROXY ?? "").split(",").map((one) => one.trim());
  return {
    proxy: name === undefined ? null : { name, value: hideCredentials(env[name] as string) },
    noProxy: noProxy.filter((one) => one !== ""),
    domains,
  };
}

/** Without the name and the password that may stand in it. */
function hideCredentials(url: string): string {
  return url.replace(/\/\/[^@/]*@/, "//");
}
