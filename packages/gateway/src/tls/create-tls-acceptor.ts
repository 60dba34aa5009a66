import type { Socket } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import type { Hub, Tracked } from "../hub.ts";
import type { Certificates } from "./certificates.ts";

/** What clients may speak, in the order in which it is preferred (RFC 7301; RFC 9113, section 3.2). */
const protocols = ["h2", "http/1.1"];

/** Takes a connection over once it is encrypted. */
export type OnSecure = (socket: TLSSocket) => Promise<void>;

/**
 * Makes what does the handshakes with clients of one port, who get the certificate for the name that they ask for (RFC
 * 6066, section 3), and gives their connections on. A client that is not done within the time for a request's head is left.
 */
export function createTlsAcceptor(hub: Hub, certificates: Certificates, onSecure: OnSecure): (socket: Socket) => void {
  /** By the peer, since what is encrypted does not say which connection it was. */
  const handshakes = new Map<string, Tracked>();
  let shown = certificates.fallback;
  let server: Server | undefined;

  const forget = (peer: string): void => {
    const handshake = handshakes.get(peer);
    handshakes.delete(peer);
    if (handshake !== undefined) hub.remove(handshake);
  };

  function createAcceptor(): Server {
    const created = createServer({
      // For who asks for no name at all.
      ...(shown === undefined ? {} : { cert: shown.certificate, key: shown.key }),
      ALPNProtocols: protocols,
      SNICallback: (name, choose) => choose(null, certificates.contextFor(name)),
    });
    created.on("secureConnection", (secure) => {
      const peer = peerOf(secure);
      // Who has sent all it has to say may still be reading.
      secure.allowHalfOpen = true;
      secure.on("error", () => secure.destroy());
      // Until then the hub has the connection as a handshake. The code that it needs may be gone by now, as when the program
      // is updated while it runs.
      onSecure(secure)
        .catch(() => secure.destroy())
        .finally(() => forget(peer));
    });
    created.on("tlsClientError", (_, secure) => secure.destroy());
    return created;
  }

  return (socket) => {
    if (certificates.fallback !== shown) server = undefined;
    shown = certificates.fallback;
    server ??= createAcceptor();
    const peer = peerOf(socket);
    const end = (): void => void socket.destroy();
    const deadline = Date.now() + hub.limits.headersTimeoutMs;
    const handshake: Tracked = { deadline, onDeadline: end, drain: end, destroy: end };
    handshakes.set(peer, handshake);
    hub.add(handshake);
    socket.once("close", () => forget(peer));
    // Who leaves before the handshake is done is gone, which Node says only of a socket that is not half open.
    socket.allowHalfOpen = false;
    server.emit("connection", socket);
  };
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
