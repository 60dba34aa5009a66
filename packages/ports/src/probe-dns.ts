import { type AskDnsOptions, askDns } from "./ask-dns.ts";

/**
 * Whether the DNS server on a port of 127.0.0.1 answers a name with 127.0.0.1. The server itself is asked, by one
 * question over UDP, and not the system's resolver.
 *
 * @example
 * ```ts
 * await probeDns(53, "dev.mercury.p.cspace.local"); //=> true
 * ```
 */
export async function probeDns(port: number, hostname: string, options: AskDnsOptions = {}): Promise<boolean> {
  return (await askDns(port, hostname, options)) === "loopback";
}
