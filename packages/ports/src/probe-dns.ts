import { Resolver } from "node:dns/promises";

/** Options of {@link probeDns}. */
export interface ProbeDnsOptions {
  /** How long an answer may take. @default 1000 */
  readonly timeoutMs?: number;
}

/**
 * Whether the DNS server on a port of 127.0.0.1 answers a name with 127.0.0.1. The server itself is asked, by one
 * question over UDP, and not the system's resolver.
 *
 * @example
 * ```ts
 * await probeDns(53, "dev.mercury.p.cspace.local"); //=> true
 * ```
 */
export async function probeDns(port: number, hostname: string, options: ProbeDnsOptions = {}): Promise<boolean> {
  const { timeoutMs = 1000 } = options;
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  try {
    const addresses = await resolver.resolve4(hostname);
    return addresses.length === 1 && addresses[0] === "127.0.0.1";
  } catch {
    return false;
  }
}
