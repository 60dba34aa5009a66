import type { HomePaths } from "../home/home-paths.ts";
import { type MachineConfig, readMachineConfig } from "../home/machine-config.ts";

/** The ports that a user asks for. */
export interface AskedPorts {
  /** A port that the user names, or `"auto"` to forget the one that was kept. @default the kept one */
  readonly httpPort?: number | "auto" | undefined;
  /** As `httpPort`, for HTTPS. */
  readonly httpsPort?: number | "auto" | undefined;
  /** As `httpPort`, for DNS. */
  readonly dnsPort?: number | "auto" | undefined;
}

/** The machine's settings with the ports that were asked for in place of those that were kept. */
export async function readAskedConfig(
  paths: HomePaths,
  { httpPort, httpsPort, dnsPort }: AskedPorts,
): Promise<MachineConfig> {
  const config = await readMachineConfig(paths);
  const merge = (asked: number | "auto" | undefined, kept: number | null): number | null =>
    asked === undefined ? kept : asked === "auto" ? null : asked;
  return {
    ...config,
    httpPort: merge(httpPort, config.httpPort),
    httpsPort: merge(httpsPort, config.httpsPort),
    dnsPort: merge(dnsPort, config.dnsPort),
  };
}
