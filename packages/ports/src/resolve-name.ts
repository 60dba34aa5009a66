import { lookup as systemLookup } from "node:dns/promises";
import { BlockList, isIPv6 } from "node:net";
import { setTimeout } from "node:timers/promises";
import { errorCode } from "./error-code.ts";

/**
 * Where a name leads: `loopback` when every address is this machine's, `other` when one is not, `none` when the name
 * does not exist, `unknown` when the resolver failed, `timeout` when it did not answer in time.
 */
export type NameResolution = "loopback" | "other" | "none" | "unknown" | "timeout";

/** Options of {@link resolveName}. */
export interface ResolveNameOptions {
  /** In milliseconds. @default 2_000 */
  readonly timeoutMs?: number;
  /** Gives every address of a name. @default dns.lookup with `all`, so `getaddrinfo` and everything it consults */
  readonly lookup?: (hostname: string) => Promise<readonly { readonly address: string }[]>;
}

/**
 * What the system's resolver, the one every program uses, says of a name right now.
 *
 * @example
 * ```ts
 * await resolveName("localhost"); //=> "loopback"
 * await resolveName("nowhere.invalid"); //=> "none"
 * ```
 */
export async function resolveName(hostname: string, options: ResolveNameOptions = {}): Promise<NameResolution> {
  const { timeoutMs = 2_000, lookup = (name) => systemLookup(name, { all: true }) } = options;
  const deadline = new AbortController();
  try {
    const addresses = await Promise.race([
      lookup(hostname),
      setTimeout(timeoutMs, undefined, { signal: deadline.signal }),
    ]);
    if (addresses === undefined) return "timeout";
    if (addresses.length === 0) return "none";
    return addresses.every(({ address }) => isLoopback(address)) ? "loopback" : "other";
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOTFOUND" || code === "ENODATA") return "none";
    if (code?.startsWith("EAI_") === true) return "unknown";
    throw error;
  } finally {
    deadline.abort();
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
