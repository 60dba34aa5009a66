import { NODATA, NOTFOUND, REFUSED, Resolver, SERVFAIL } from "node:dns/promises";

/** Options of {@link askDns}. */
export interface AskDnsOptions {
  /** How long an answer may take. @default 1000 */
  readonly timeoutMs?: number;
}

/** What became of a question: `loopback` is 127.0.0.1, `other` any other answer, a refusal of the name among them. */
export type DnsAnswer = "loopback" | "other" | "refused" | "timeout";

const answers: ReadonlySet<string | undefined> = new Set([NODATA, NOTFOUND, REFUSED, SERVFAIL]);

/**
 * Asks the DNS server on a port of 127.0.0.1 for a name, by one question over UDP, and not the system's resolver.
 * `refused`: nobody listens there; `timeout`: the question, or the answer, was lost.
 *
 * @example
 * ```ts
 * await askDns(53, "dev.mercury.p.cspace.local"); //=> "loopback"
 * ```
 */
export async function askDns(port: number, hostname: string, options: AskDnsOptions = {}): Promise<DnsAnswer> {
  const { timeoutMs = 1000 } = options;
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  try {
    const addresses = await resolver.resolve4(hostname);
    return addresses.length === 1 && addresses[0] === "127.0.0.1" ? "loopback" : "other";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (answers.has(code)) return "other";
    return code === "ECONNREFUSED" ? "refused" : "timeout";
  }
}
