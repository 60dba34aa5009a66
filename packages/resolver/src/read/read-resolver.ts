import { defaultDomains } from "@cspace/hostnames";
import { type RunCommand, runCommand } from "@cspace/plan";
import type { ResolverState } from "../resolver-state.ts";
import { readLinux } from "./read-linux.ts";
import { readMacos } from "./read-macos.ts";
import { readWindows } from "./read-windows.ts";

/** Options of {@link readResolver}. */
export interface ReadResolverOptions {
  /** What this machine serves or served; macOS keeps a file for each. @default cspace's default domains */
  readonly domains?: readonly string[];
  /** @default process.platform */
  readonly platform?: NodeJS.Platform;
  /** The folder that every path is below. @default "/" */
  readonly root?: string;
  /** @default the real one */
  readonly run?: RunCommand;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads which resolver this machine asks, why, and what cspace has installed in it. Two under WSL2, where Linux and
 * Windows each have one; else one. Changes nothing and needs no rights.
 *
 * @throws `CSPACE_FILE_UNREADABLE`, `CSPACE_RESOLVER_DAMAGED`.
 * @example
 * ```ts
 * const [state] = await readResolver();
 * state.kind; //=> "systemd-resolved"
 * state.why; //=> "/etc/resolv.conf names 127.0.0.53, where systemd-resolved listens"
 * ```
 */
export async function readResolver(options: ReadResolverOptions = {}): Promise<readonly ResolverState[]> {
  const { platform = process.platform, domains = defaultDomains, root = "/", run = runCommand, signal } = options;
  const machine = { domains, root, run, signal };
  if (platform === "win32") return [await readWindows(machine, "Windows has a table of its own for single domains")];
  if (platform === "darwin") return [await readMacos(machine)];
  return readLinux(machine);
}
