import { endianness } from "node:os";

/** One end of a connection; IPv4, also where it is written as IPv6. */
export interface ConnectionEnd {
  readonly address: string;
  readonly port: number;
}

/** A connection that both ends have open. */
export interface Connection {
  readonly local: ConnectionEnd;
  readonly remote: ConnectionEnd;
}

const established = "01";

/**
 * The open connections of a table of Linux, `/proc/net/tcp` or `tcp6`; those between addresses of IPv6 are left out.
 * Pure.
 *
 * Format: https://docs.kernel.org/networking/proc_net_tcp.html; each group of four bytes is in the machine's order.
 */
export function parseConnections(table: string, order: "BE" | "LE" = endianness()): Connection[] {
  return table.split("\n").flatMap((line) => {
    const [, localText = "", remoteText = "", state] = line.trim().split(/\s+/);
    if (state !== established) return [];
    const local = parseEnd(localText, order);
    const remote = parseEnd(remoteText, order);
    return local === undefined || remote === undefined ? [] : [{ local, remote }];
  });
}

function parseEnd(text: string, order: "BE" | "LE"): ConnectionEnd | undefined {
  const match = /^(?:0{16}(?:0000FFFF|FFFF0000))?([0-9A-F]{8}):([0-9A-F]{4})$/.exec(text);
  const [, address, port] = match ?? [];
  if (address === undefined || port === undefined) return undefined;
  const bytes = [...Buffer.from(address, "hex")];
  return { address: (order === "LE" ? bytes.reverse() : bytes).join("."), port: Number.parseInt(port, 16) };
}
