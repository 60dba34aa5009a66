import type { PortProtocol } from "./bind-port.ts";
import { isPortFree } from "./is-port-free.ts";
import { type HoldingProcess, readLsofHolder } from "./read-lsof-holder.ts";
import { readProcHolder } from "./read-proc-holder.ts";
import { type RunCommand, runCommand } from "./run-command.ts";

/** Who has a port. `unknown`: somebody whose name this user may not see, mostly a process of another user. */
export type PortHolder =
  | { readonly kind: "container"; readonly name: string }
  | HoldingProcess
  | { readonly kind: "unknown" };

/** What {@link portHolder} needs to know of a running container. */
export interface ListedContainer {
  readonly name: string;
  readonly ports: readonly { readonly publicPort?: number | undefined; readonly type: string }[];
}

/** Options of {@link portHolder}. */
export interface PortHolderOptions {
  /** @default "tcp" */
  readonly protocol?: PortProtocol;
  /** Which operating system to ask. @default process.platform */
  readonly platform?: NodeJS.Platform;
  /** Lists the running containers of the engine; what it throws is thrown. @default none are known */
  readonly containers?: () => Promise<readonly ListedContainer[]>;
  /** Where Linux shows its processes. @default "/proc" */
  readonly procDir?: string;
  /** Runs `lsof` on systems other than Linux. @default node:child_process */
  readonly run?: RunCommand;
}

/**
 * Names who listens on a port of this machine: a container that publishes it, else the process that has its socket.
 * `undefined` when nobody does.
 *
 * A port forwarder of the engine (`docker-proxy`, `com.docker.backend`) is a process unless `containers` knows the
 * container behind it.
 *
 * @throws `RangeError` for a port outside 0..65535.
 * @example
 * ```ts
 * await portHolder(80); //=> { kind: "process", name: "nginx", pid: 123 }
 * ```
 */
export async function portHolder(port: number, options: PortHolderOptions = {}): Promise<PortHolder | undefined> {
  const {
    protocol = "tcp",
    platform = process.platform,
    containers = async () => [],
    procDir = "/proc",
    run = runCommand,
  } = options;
  const container = (await containers()).find(({ ports }) =>
    ports.some(({ publicPort, type }) => publicPort === port && type === protocol),
  );
  if (container !== undefined) return { kind: "container", name: container.name };
  const holder =
    platform === "linux" ? await readProcHolder(port, protocol, procDir) : await readLsofHolder(port, protocol, run);
  if (holder !== undefined) return holder;
  return (await isPortFree(port, { protocol })) === "taken" ? { kind: "unknown" } : undefined;
}
