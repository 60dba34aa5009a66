import { createSocket } from "node:dgram";
import { createServer } from "node:net";

/** The transport that a port belongs to; `tcp` and `udp` have separate numbers. */
export type PortProtocol = "tcp" | "udp";

/**
 * Binds a port of one address, lets it go, and gives its number: with port 0, the one the system chose.
 *
 * @throws the system's own error (`EADDRINUSE`, `EACCES`, ...) when the bind is refused; `RangeError` for a port outside 0..65535.
 */
export async function bindPort(port: number, host: string, protocol: PortProtocol): Promise<number> {
  // dgram itself would cut a larger number to 16 bits.
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new RangeError(`${port} is not a port: 0..65535`);
  return protocol === "tcp" ? bindTcp(port, host) : bindUdp(port, host);
}

// `exclusive` keeps the bind in this process: a cluster worker would otherwise share the one of its primary.
function bindTcp(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port, host, exclusive: true, ipv6Only: host.includes(":") }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : port));
    });
  });
}

function bindUdp(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const isV6 = host.includes(":");
    const socket = createSocket({ type: isV6 ? "udp6" : "udp4", ipv6Only: isV6 });
    socket.once("error", (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ port, address: host, exclusive: true }, () => {
      const bound = socket.address().port;
      socket.close(() => resolve(bound));
    });
  });
}
