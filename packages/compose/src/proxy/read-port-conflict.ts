/** The ports that the proxy asks Docker for. */
export interface ProxyPorts {
  readonly httpPort: number;
  /** `null`: none, the proxy goes on without HTTPS. */
  readonly httpsPort: number | null;
  /** `null`: none, the proxy goes on without DNS. */
  readonly dnsPort: number | null;
}

/** What a port of the proxy is for. */
export type PortKind = "http" | "https" | "dns";

/** A port that Docker refused to publish. */
export interface PortConflict {
  readonly kind: PortKind;
  readonly port: number;
  /** By whom, as far as Docker's words tell; for `permission` it is Docker itself that lacks the right. */
  readonly reason: "container" | "process" | "permission";
}

const reasons: readonly (readonly [RegExp, PortConflict["reason"]])[] = [
  [/port is already allocated/, "container"],
  [/address already in use|Only one usage of each socket address/, "process"],
  [/cannot expose privileged port|Ports are not available|bind: permission denied/, "permission"],
];

/**
 * Finds in what Docker printed the port that it refused to publish; `undefined` when its words are about something
 * else. Docker's own bind decides over every port that this user could not test.
 *
 * @example
 * ```ts
 * readPortConflict("Bind for 127.0.0.1:80 failed: port is already allocated", { httpPort: 80, httpsPort: 443, dnsPort: 53 });
 * //=> { kind: "http", port: 80, reason: "container" }
 * ```
 */
export function readPortConflict(text: string, ports: ProxyPorts): PortConflict | undefined {
  for (const line of text.split("\n")) {
    const reason = reasons.find(([words]) => words.test(line))?.[1];
    if (reason === undefined) continue;
    const names = (port: number): boolean => new RegExp(`(:|\\bport )${port}\\b`).test(line);
    if (ports.dnsPort !== null && names(ports.dnsPort)) return { kind: "dns", port: ports.dnsPort, reason };
    if (ports.httpsPort !== null && names(ports.httpsPort)) return { kind: "https", port: ports.httpsPort, reason };
    if (names(ports.httpPort)) return { kind: "http", port: ports.httpPort, reason };
  }
  return undefined;
}
