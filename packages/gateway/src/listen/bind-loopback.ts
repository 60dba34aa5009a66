import { CspaceError } from "@cspace/errors";
import { describeHolder, portHolder } from "@cspace/ports";
import type { GatewayErrorCode } from "../gateway-error-code.ts";
import type { Bound } from "./bind-servers.ts";

/** Binds everything that a port is wanted for, on one address. */
export type BindOn = (host: string, port: number) => Promise<readonly Bound[]>;

/**
 * Whether to bind the wildcard address: never; where the system gives loopback's ports below 1024 only to root; or always.
 */
export type Wildcard = "never" | "needed" | "always";

/** Options of {@link bindLoopback}. */
export interface BindLoopbackOptions {
  /** What the port is for, in messages: `HTTP`, `DNS`. */
  readonly what: string;
  readonly wildcard: Wildcard;
  readonly platform: NodeJS.Platform;
}

/** No IPv6 on this machine. */
const noAddress = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT", "EINVAL"]);

/**
 * Binds one port on 127.0.0.1 and, where the machine has it, on ::1. Port 0 is any that is free on both.
 *
 * @throws {CspaceError} `CSPACE_PORT_TAKEN`, `CSPACE_PORT_DENIED`; nothing is left bound.
 */
export async function bindLoopback(
  bindOn: BindOn,
  port: number,
  options: BindLoopbackOptions,
): Promise<readonly Bound[]> {
  const { what, wildcard, platform } = options;
  try {
    return wildcard === "always" ? await bindWildcard(bindOn, port) : await bindBoth(bindOn, port);
  } catch (error) {
    const code = codeOf(error);
    // macOS lets everybody have a port below 1024, but on all addresses at once only.
    if (code === "EACCES" && platform === "darwin" && wildcard === "needed") return bindWildcard(bindOn, port);
    if (code === "EADDRINUSE") throw await portTaken(port, what, error);
    if (code === "EACCES") throw denied(port, what, error);
    throw error;
  }
}

async function bindBoth(bindOn: BindOn, port: number): Promise<readonly Bound[]> {
  // A few times, since a port that is free on one address, or for one protocol, may be taken on the other.
  for (let attempt = 1; ; attempt += 1) {
    const bound: Bound[] = [];
    try {
      bound.push(...(await bindOn("127.0.0.1", port)));
      bound.push(...(await bindOn("::1", bound[0]?.port ?? port)));
      return bound;
    } catch (error) {
      const code = codeOf(error);
      if (noAddress.has(code) && bound.length > 0) return bound;
      for (const one of bound) one.close();
      if (port !== 0 || code !== "EADDRINUSE" || attempt === 10) throw error;
    }
  }
}

async function bindWildcard(bindOn: BindOn, port: number): Promise<readonly Bound[]> {
  try {
    return await bindOn("::", port);
  } catch (error) {
    if (!noAddress.has(codeOf(error))) throw error;
    return bindOn("0.0.0.0", port);
  }
}

/** The code of a system error, or `""`. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** Says who has a port. */
export async function portTaken(port: number, what: string, cause: unknown): Promise<CspaceError<GatewayErrorCode>> {
  const holder = await portHolder(port, { protocol: "tcp" });
  const by = holder === undefined ? "another program" : describeHolder(holder);
  const message = `port ${port} on 127.0.0.1, for ${what}, is taken by ${by}`;
  return new CspaceError("CSPACE_PORT_TAKEN", message, { hint: "stop it, or listen on another port", cause });
}

function denied(port: number, what: string, cause: unknown): CspaceError<GatewayErrorCode> {
  const message = `this user may not listen on port ${port}, for ${what}`;
  return new CspaceError("CSPACE_PORT_DENIED", message, { hint: "listen on a port from 1024", cause });
}
