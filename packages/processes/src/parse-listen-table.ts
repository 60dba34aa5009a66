/** A TCP socket that listens on loopback or on all addresses. */
export interface Listener {
  readonly port: number;
  /** What it is bound to: `127.0.0.1`, `::1`, or all addresses. */
  readonly address: "127.0.0.1" | "0.0.0.0" | "::1" | "::";
}

const addresses: Readonly<Record<string, Listener["address"]>> = {
  "00000000": "0.0.0.0",
  "0100007F": "127.0.0.1",
  "00000000000000000000000000000000": "::",
  "00000000000000000000000001000000": "::1",
  "0000000000000000FFFF00000100007F": "127.0.0.1",
  "0000000000000000FFFF000000000000": "0.0.0.0",
};

/**
 * Reads Linux's table of TCP sockets, `/proc/net/tcp` or `tcp6`: those that listen, and the inode of each. Addresses are
 * written in hexadecimal, each group of four bytes in the machine's order.
 *
 * @see https://docs.kernel.org/networking/proc_net_tcp.html
 */
export function parseListenTable(table: string): (Listener & { readonly inode: string })[] {
  return table.split("\n").flatMap((line) => {
    // Columns: sl, local_address, rem_address, st (0A listens), tx_queue:rx_queue, tr:tm->when, retrnsmt, uid, timeout, inode.
    const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
    const [hex = "", port = ""] = local.split(":");
    const address = addresses[hex];
    return state === "0A" && address !== undefined ? [{ port: Number.parseInt(port, 16), address, inode }] : [];
  });
}
