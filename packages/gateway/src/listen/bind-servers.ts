import { createSocket, type Socket as DatagramSocket } from "node:dgram";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** Where a server listens. */
export interface BoundAddress {
  readonly address: string;
  readonly port: number;
}

/** Something that listens, and can be told to stop. */
export interface Bound extends BoundAddress {
  close(): void;
}

/** Listens for TCP connections; half of one may be closed, so that who has asked may still read. */
export function bindTcp(host: string, port: number, onSocket: (socket: Socket, port: number) => void): Promise<Bound> {
  return new Promise((resolve, reject) => {
    let bound = port;
    const server: Server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => onSocket(socket, bound));
    server.once("error", reject);
    server.listen({ host, port, exclusive: true, ipv6Only: host.includes(":") && host !== "::", backlog: 1024 }, () => {
      bound = (server.address() as AddressInfo).port;
      server.off("error", reject);
      // Accepting may fail for a moment, as when there are no more descriptors; what is open goes on.
      server.on("error", () => {});
      resolve({ address: host, port: bound, close: () => void server.close() });
    });
  });
}

/** Listens for datagrams. */
export function bindUdp(
  host: string,
  port: number,
  onMessage: (message: Buffer, from: AddressInfo, socket: DatagramSocket) => void,
): Promise<Bound> {
  return new Promise((resolve, reject) => {
    const isV6 = host.includes(":");
    const socket = createSocket({ type: isV6 ? "udp6" : "udp4", ipv6Only: isV6 && host !== "::" });
    socket.once("error", (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ port, address: host, exclusive: true }, () => {
      socket.removeAllListeners("error");
      // A client that is gone makes the system report an error for the socket, which serves all others.
      socket.on("error", () => {});
      socket.on("message", (message, { address, port, family }) =>
        onMessage(message, { address, port, family }, socket),
      );
      resolve({ address: host, port: socket.address().port, close: () => void socket.close() });
    });
  });
}
