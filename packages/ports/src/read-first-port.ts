import { readFile } from "node:fs/promises";

/** What the kernel has when nobody says otherwise. */
const defaultPort = 1024;

/**
 * The first port that every user of a Linux machine may listen on; the kernel's default where it does not tell.
 *
 * @see https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html (ip_unprivileged_port_start)
 */
export async function readFirstPort(file = "/proc/sys/net/ipv4/ip_unprivileged_port_start"): Promise<number> {
  const text = await readFile(file, "utf8").catch(() => "");
  return /^\d+\s*$/.test(text) ? Number(text) : defaultPort;
}
