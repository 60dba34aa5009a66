import { CspaceError } from "@cspace/errors";
import { bindPort } from "./bind-port.ts";
import { errorCode } from "./error-code.ts";
import { isPortFree } from "./is-port-free.ts";
import type { PortsErrorCode } from "./ports-error-code.ts";

/** Options of one search. */
export interface FindFreePortOptions {
  /** Ports to try first, in order. @default [] */
  readonly from?: readonly number[];
  /** Addresses the port must be free on. @default ["127.0.0.1", "::1"] */
  readonly hosts?: readonly string[];
  /** Ports never to give. @default [] */
  readonly exclude?: Iterable<number>;
}

/** Gives one free TCP port a call. */
export type PortFinder = (options?: FindFreePortOptions) => Promise<number>;

/** Options of {@link createPortFinder}. */
export interface CreatePortFinderOptions {
  /** How long a port that was given is not given again, in milliseconds. @default 60_000 */
  readonly reserveMs?: number;
  /** The clock, in milliseconds; only differences count. @default () => performance.now() */
  readonly now?: () => number;
}

const systemAttempts = 32;

/**
 * Makes a finder that remembers what it gave: two calls of one finder within `reserveMs`, also concurrent ones, never
 * get the same port, although nobody has bound the first one yet.
 *
 * @example
 * ```ts
 * const findPort = createPortFinder();
 * await findPort({ from: [8088, 8880] }); //=> 8088
 * await findPort({ from: [8088, 8880] }); //=> 8880
 * ```
 */
export function createPortFinder(options: CreatePortFinderOptions = {}): PortFinder {
  const { reserveMs = 60_000, now = () => performance.now() } = options;
  const reserved = new Map<number, number>();

  // The reservation precedes the first `await`, so a concurrent call never tries the same port.
  const reserve = (port: number): boolean => {
    for (const [other, since] of reserved) if (now() - since >= reserveMs) reserved.delete(other);
    if (reserved.has(port)) return false;
    reserved.set(port, now());
    return true;
  };

  return async ({ from = [], hosts = ["127.0.0.1", "::1"], exclude = [] } = {}) => {
    const excluded = new Set(exclude);
    const take = async (port: number): Promise<boolean> => {
      if (excluded.has(port) || !reserve(port)) return false;
      let free = false;
      try {
        free = (await isPortFree(port, { hosts })) === "free";
      } finally {
        if (!free) reserved.delete(port);
      }
      return free;
    };
    for (const port of from) if (await take(port)) return port;
    for (let attempt = 0; attempt < systemAttempts; attempt += 1) {
      const port = await readSystemPort(hosts[0] ?? "127.0.0.1");
      if (port === undefined) break;
      if (await take(port)) return port;
    }
    throw new CspaceError<PortsErrorCode>("CSPACE_NO_FREE_PORT", `no free port on ${hosts.join(" and ")}`, {
      hint: "stop a program that listens there, or leave fewer ports out",
    });
  };
}

/**
 * Gives a free TCP port: the first of `from` that is free on every address, else one the system chooses. Within one
 * process it gives no number twice in a minute; it shares that memory among all its callers (see
 * {@link createPortFinder} for one of your own).
 *
 * @throws `CSPACE_NO_FREE_PORT` when the system has none left, or gives only ones that are excluded or reserved.
 * @example
 * ```ts
 * await findFreePort({ from: [80, 8088, 8880, 9088] }); //=> 8088
 * ```
 */
export const findFreePort: PortFinder = /* @__PURE__ */ createPortFinder();

async function readSystemPort(host: string): Promise<number | undefined> {
  try {
    return await bindPort(0, host, "tcp");
  } catch (error) {
    if (errorCode(error) === "EADDRINUSE") return undefined;
    throw error;
  }
}
