import { createSocket, type Socket as DatagramSocket } from "node:dgram";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** Where a server listens. */
export interface BoundAddress {
  readonly address: string;
  readonly port: number;
}

/** Something that listens, and can be told to stop. */
export interface Bound extends BoundAddress {
  readonly handle: Server | DatagramSocket;
  close(): void;
}

/** What is done with a connection to a port. */
export type OnSocket = (socket: Socket, port: number) => void;

/** What is done with a datagram; `socket` is for the answer. */
export type OnMessage = (message: Buffer, from: AddressInfo, socket: DatagramSocket) => void;

const backlog = 1024;

/** A client in a container may be gone without a word, its network with it; after a minute of silence it is asked. */
const acceptOptions = { noDelay: true, allowHalfOpen: true, keepAlive: true, keepAliveInitialDelay: 60_000 };

/** Listens for TCP connections; half of one may be closed, so that who has asked may still read. */
export function bindTcp(host: string, port: number, onSocket: OnSocket): Promise<Bound> {
  return new Promise((resolve, reject) => {
    const server = acceptTcp(onSocket);
    server.once("error", reject);
    server.listen({ host, port, exclusive: true, ipv6Only: host.includes(":") && host !== "::", backlog }, () => {
      server.off("error", reject);
      resolve(boundTcp(server));
    });
  });
}

/** Accepts on a socket that listens already, from this moment on. */
export function adoptTcp(handle: Server, onSocket: OnSocket): Bound {
  const server = acceptTcp(onSocket);
  // https://nodejs.org/api/net.html#serverlistenhandle-backlog-callback
  server.listen(handle, backlog);
  return boundTcp(server);
}

function acceptTcp(onSocket: OnSocket): Server {
  // Asked for once: it is a call to the system.
  let port: number | undefined;
  const server = createServer(acceptOptions, (socket) => {
    port ??= (server.address() as AddressInfo).port;
    onSocket(socket, port);
  });
  return server;
}

function boundTcp(server: Server): Bound {
  // Accepting may fail for a moment, as when there are no more descriptors; what is open goes on.
  server.on("error", () => {});
  const { address, port } = server.address() as AddressInfo;
  return { address, port, handle: server, close: () => void server.close() };
}

/** Listens for datagrams. */
export function bindUdp(host: string, port: number, onMessage: OnMessage): Promise<Bound> {
  return new Promise((resolve, reject) => {
    const isV6 = host.includes(":");
    const socket = createSocket({ type: isV6 ? "udp6" : "udp4", ipv6Only: isV6 && host !== "::" });
    socket.once("error", (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ port, address: host, exclusive: true }, () => {
      socket.removeAllListeners("error");
      resolve(adoptUdp(socket, onMessage));
    });
  });
}

/** Reads from a socket that is bound already. */
export function adoptUdp(socket: DatagramSocket, onMessage: OnMessage): Bound {
  // A client that is gone makes the system report an error for the socket, which serves all others.
  socket.on("error", () => {});
  socket.on("message", (message, { address, port, family }) => onMessage(message, { address, port, family }, socket));
  const { address, port } = socket.address();
  return { address, port, handle: socket, close: () => void socket.close() };
}
