import { readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";

/** Options of {@link readHostRoutes}. */
export interface ReadHostRoutesOptions {
  /** Linux's table of IPv4 routes. @default "/proc/net/route" */
  readonly routeFile?: string;
  /** The host's interfaces, with their addresses. @default os.networkInterfaces() */
  readonly interfaces?: ReturnType<typeof networkInterfaces>;
}

/**
 * Reads the IPv4 networks that this host reaches by itself, in CIDR notation, the default route left out, whole or in
 * the halves that a VPN lays over it: Linux's routing table where there is one (a VPN's networks are in it), and the
 * interfaces' own networks everywhere.
 *
 * @see https://www.kernel.org/doc/html/latest/filesystems/proc.html (net/route: hexadecimal, in host byte order)
 */
export async function readHostRoutes(options: ReadHostRoutesOptions = {}): Promise<string[]> {
  const { routeFile = "/proc/net/route", interfaces = networkInterfaces() } = options;
  const own = Object.values(interfaces)
    .flat()
    .flatMap((address) => (address?.family === "IPv4" && address.cidr !== null ? [address.cidr] : []));
  let table = "";
  try {
    table = await readFile(routeFile, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  return [...new Set([...own, ...parseRouteTable(table)])];
}

function parseRouteTable(table: string): string[] {
  return table
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const columns = line.split("\t");
      const [destination, mask] = [columns[1], columns[7]];
      if (destination === undefined || mask === undefined) return [];
      const address = [3, 2, 1, 0].map((index) => Number.parseInt(destination.slice(index * 2, index * 2 + 2), 16));
      const bits = [...Number.parseInt(mask, 16).toString(2)].filter((bit) => bit === "1").length;
      if (bits < 8) return [];
      return [`${address.join(".")}/${bits}`];
    });
}
