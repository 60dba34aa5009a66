import { readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { PortProtocol } from "./bind-port.ts";
import { errorCode } from "./error-code.ts";
import type { HoldingProcess } from "./read-lsof-holder.ts";

const listenState = "0A";

/**
 * The holder of a port as Linux shows it: the inode of its socket in `net/tcp`, `net/tcp6` (`net/udp`, `net/udp6`),
 * then the process among whose open files that socket is; `unknown` when there is a socket but no process to be seen.
 *
 * Formats: https://docs.kernel.org/networking/proc_net_tcp.html and proc_pid_fd(5).
 */
export async function readProcHolder(
  port: number,
  protocol: PortProtocol,
  procDir: string,
): Promise<HoldingProcess | { readonly kind: "unknown" } | undefined> {
  const tables = await Promise.all([protocol, `${protocol}6`].map((name) => readText(join(procDir, "net", name))));
  const sockets = new Set(tables.flatMap((table) => parseSockets(table, port, protocol)));
  if (sockets.size === 0) return undefined;
  for (const pid of await readNames(procDir)) {
    if (!/^\d+$/.test(pid) || !(await hasSocket(join(procDir, pid, "fd"), sockets))) continue;
    const name = (await readText(join(procDir, pid, "comm"))).trimEnd();
    return { kind: "process", name, pid: Number(pid) };
  }
  return { kind: "unknown" };
}

// Columns: sl, local_address, rem_address, st, tx_queue:rx_queue, tr:tm->when, retrnsmt, uid, timeout, inode.
function parseSockets(table: string, port: number, protocol: PortProtocol): string[] {
  return table.split("\n").flatMap((line) => {
    const columns = line.trim().split(/\s+/);
    const [, local = "", , state] = columns;
    const inode = columns[9];
    const localPort = Number.parseInt(local.slice(local.indexOf(":") + 1), 16);
    const isHeld = localPort === port && isOnLoopback(local) && (protocol === "udp" || state === listenState);
    return isHeld && inode !== undefined ? [`socket:[${inode}]`] : [];
  });
}

/**
 * Whether a socket has the port on 127.0.0.1 or ::1: bound to that address, or to all. Addresses are written in hexadecimal,
 * each group of four bytes in the machine's order.
 */
function isOnLoopback(local: string): boolean {
  const address = local.slice(0, local.indexOf(":"));
  return /^0+$/.test(address) || /^(0{16}FFFF0000)?0100007F$/.test(address) || address === `${"0".repeat(24)}01000000`;
}

async function hasSocket(directory: string, sockets: ReadonlySet<string>): Promise<boolean> {
  for (const fd of await readNames(directory)) {
    if (sockets.has(await readOr("", () => readlink(join(directory, fd))))) return true;
  }
  return false;
}

const readNames = (directory: string): Promise<readonly string[]> => readOr([], () => readdir(directory));

const readText = (file: string): Promise<string> => readOr("", () => readFile(file, "utf8"));

/** Processes end while they are read, others may not be looked into, and a kernel without IPv6 has no `tcp6`. */
async function readOr<Value>(fallback: Value, read: () => Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    if (["ENOENT", "ESRCH", "EACCES", "EPERM"].includes(errorCode(error) ?? "")) return fallback;
    throw error;
  }
}
