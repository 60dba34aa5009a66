import { bindPort, type PortProtocol } from "./bind-port.ts";
import { errorCode } from "./error-code.ts";

/** What a bind said: `unknown` when this user may not bind the port, so that nobody can tell. */
export type PortState = "free" | "taken" | "unknown";

/** Options of {@link isPortFree}. */
export interface IsPortFreeOptions {
  /**
   * Literal addresses that must all be free. An IPv6 one that this machine does not have is left out.
   * @default ["127.0.0.1", "::1"]
   */
  readonly hosts?: readonly string[];
  /** @default "tcp" */
  readonly protocol?: PortProtocol;
}

/**
 * Whether a port can be bound on every one of `hosts` right now. The bind decides, never a dial: a port whose owner
 * does not accept connections is taken all the same.
 *
 * The answer is `taken` as soon as one address is taken, and `unknown` for a port that needs rights this user lacks
 * (`EACCES`) or when no address is left to ask. Somebody else may bind a free port the moment after.
 *
 * @throws `RangeError` for a port outside 0..65535; the system's error for an IPv4 address this machine does not have.
 * @example
 * ```ts
 * await isPortFree(8088); //=> "free"
 * await isPortFree(53, { protocol: "udp" }); //=> "unknown"
 * ```
 */
export async function isPortFree(port: number, options: IsPortFreeOptions = {}): Promise<PortState> {
  const { hosts = ["127.0.0.1", "::1"], protocol = "tcp" } = options;
  const states: PortState[] = [];
  for (const host of hosts) {
    const state = await readBindState(port, host, protocol);
    if (state === "taken") return "taken";
    if (state !== "absent") states.push(state);
  }
  return states.length > 0 && states.every((state) => state === "free") ? "free" : "unknown";
}

async function readBindState(port: number, host: string, protocol: PortProtocol): Promise<PortState | "absent"> {
  try {
    await bindPort(port, host, protocol);
    return "free";
  } catch (error) {
    const code = errorCode(error);
    if (code === "EADDRINUSE") return "taken";
    if (code === "EACCES") return "unknown";
    if (host.includes(":") && (code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT")) return "absent";
    throw error;
  }
}
