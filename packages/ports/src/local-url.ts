/** One address of this machine on which a port is published. */
export interface PortBinding {
  /** A literal address; `""` is every address, as the Docker Engine writes it. */
  readonly hostIp: string;
  /** 0 is not published. */
  readonly hostPort: number;
}

/** Options of {@link localUrl}. */
export interface LocalUrlOptions {
  /** @default "http" */
  readonly protocol?: "http" | "https";
}

/**
 * The URL under which this machine reaches a published port: `localhost` when one of the bindings is on 127.0.0.1 or on
 * every IPv4 address, else `[::1]` when one is on that or on every IPv6 address (`localhost` need not lead there), else
 * the first binding's own address, else `null`.
 *
 * @example
 * ```ts
 * localUrl([{ hostIp: "0.0.0.0", hostPort: 49173 }]); //=> "http://localhost:49173"
 * localUrl([{ hostIp: "192.168.1.7", hostPort: 3000 }]); //=> "http://192.168.1.7:3000"
 * localUrl([]); //=> null
 * ```
 */
export function localUrl(bindings: readonly PortBinding[], options: LocalUrlOptions = {}): string | null {
  const { protocol = "http" } = options;
  const published = bindings.filter(({ hostPort }) => hostPort > 0);
  const best = published.toSorted((a, b) => rank(a.hostIp) - rank(b.hostIp))[0];
  return best === undefined ? null : `${protocol}://${hostOf(best.hostIp)}:${best.hostPort}`;
}

function rank(ip: string): number {
  if (ip.startsWith("127.")) return 0;
  if (ip === "0.0.0.0" || ip === "") return 1;
  return ip === "::1" || ip === "::" ? 2 : 3;
}

/** `localhost` is 127.0.0.1 on every machine, and ::1 on some; another address of 127.0.0.0/8 keeps its number. */
function hostOf(ip: string): string {
  if (["127.0.0.1", "0.0.0.0", ""].includes(ip)) return "localhost";
  if (ip === "::") return "[::1]";
  return ip.includes(":") ? `[${ip}]` : ip;
}
