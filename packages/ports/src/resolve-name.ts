import { BlockList, isIPv6 } from "node:net";
import { errorCode } from "./error-code.ts";
import { lookUpName } from "./look-up-name.ts";

/**
 * Where a name leads: `loopback` when every address is this machine's, `other` when one is not, `none` when the name
 * does not exist, `unknown` when the resolver failed, `timeout` when it did not answer in time.
 */
export type NameResolution = "loopback" | "other" | "none" | "unknown" | "timeout";

/** Options of {@link resolveName}. */
export interface ResolveNameOptions {
  /** In milliseconds. @default 2_000 */
  readonly timeoutMs?: number;
  /** Gives every address of a name, until the signal. @default lookUpName, so `getaddrinfo` and everything it consults */
  readonly lookup?: (hostname: string, options: { readonly signal: AbortSignal }) => Promise<readonly string[]>;
  /** Ends the lookup, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * What the system's resolver, the one every program uses, says of a name right now.
 *
 * Nothing of it goes on after the answer: a lookup that is given up is ended.
 *
 * @throws the signal's reason when it is aborted.
 * @example
 * ```ts
 * await resolveName("localhost"); //=> "loopback"
 * await resolveName("nowhere.invalid"); //=> "none"
 * ```
 */
export async function resolveName(hostname: string, options: ResolveNameOptions = {}): Promise<NameResolution> {
  const { timeoutMs = 2_000, lookup = lookUpName, signal } = options;
  signal?.throwIfAborted();
  const end = new AbortController();
  const late = new Error("no answer in time");
  const stop = (): void => end.abort(signal?.reason);
  const timer = setTimeout(() => end.abort(late), timeoutMs);
  signal?.addEventListener("abort", stop, { once: true });
  const ended = new Promise<never>((_, reject) => {
    end.signal.addEventListener("abort", () => reject(end.signal.reason), { once: true });
  });
  try {
    const addresses = await Promise.race([lookup(hostname, { signal: end.signal }), ended]);
    if (addresses.length === 0) return "none";
    return addresses.every(isLoopback) ? "loopback" : "other";
  } catch (error) {
    if (error === late) return "timeout";
    const code = errorCode(error);
    if (code === "ENOTFOUND" || code === "ENODATA") return "none";
    if (code?.startsWith("EAI_") === true) return "unknown";
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

/** 127.0.0.0/8 (RFC 1122, 3.2.1.3) and ::1 (RFC 4291, 2.5.3), also as an IPv4-mapped address. */
function isLoopback(scopedAddress: string): boolean {
  const address = scopedAddress.replace(/%.*$/, "");
  const loopback = new BlockList();
  loopback.addSubnet("127.0.0.0", 8);
  loopback.addAddress("::1", "ipv6");
  return loopback.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
