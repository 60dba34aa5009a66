import type { Server } from "node:net";
import { CspaceError } from "@cspace/errors";
import { ClientConnection, originOf } from "../client/client-connection.ts";
import { speakHttp2 } from "../client/speak-http2.ts";
import type { GatewayErrorCode } from "../gateway-error-code.ts";
import { noBytes } from "../http/body-reader.ts";
import type { Hub } from "../hub.ts";
import type { Certificates } from "../tls/certificates.ts";
import { createTlsAcceptor } from "../tls/create-tls-acceptor.ts";
import { bindLoopback, codeOf, portTaken, type Wildcard } from "./bind-loopback.ts";
import { adoptTcp, type Bound, bindTcp, type OnSocket } from "./bind-servers.ts";
import { type Admits, admitsLoopback, admitsSubnets, plainAddress } from "./peers.ts";

/** An address beside loopback, such as the one of a Docker network's gateway. */
export interface FurtherAddress {
  readonly address: string;
  /** Who may speak to it: subnets such as `10.213.0.0/26`. Others are refused before they are read. */
  readonly peers: readonly string[];
  /** As {@link ListenHttpOptions.trustForwarded}, for these peers. @default false */
  readonly trustForwarded?: boolean;
}

/** Options of {@link listenHttp}. */
export interface ListenHttpOptions {
  readonly further: readonly FurtherAddress[];
  /** Keep what a proxy in front says in `X-Forwarded-*`, instead of dropping it. */
  readonly trustForwarded: boolean;
  readonly wildcard: Wildcard;
  readonly platform: NodeJS.Platform;
}

/**
 * Accepts clients of a hub on a port of loopback, and on the same port of further addresses.
 *
 * @throws {CspaceError} `CSPACE_PEERS_INVALID`, `CSPACE_ADDRESS_ABSENT`, and those of `bindLoopback`; nothing is left bound.
 */
export async function listenHttp(hub: Hub, port: number, options: ListenHttpOptions): Promise<readonly Bound[]> {
  const { further, wildcard, platform } = options;
  const guards = further.map((one) => ({ address: one.address, onSocket: acceptPeers(hub, one) }));
  const onSocket = acceptLoopback(hub, options);
  const bindOn = async (host: string, wanted: number): Promise<Bound[]> => [await bindTcp(host, wanted, onSocket)];
  const bound = [...(await bindLoopback(bindOn, port, { what: "HTTP", wildcard, platform }))];
  const chosen = bound[0]?.port ?? port;
  try {
    for (const { address, onSocket } of guards) bound.push(await bindTcp(address, chosen, onSocket));
    return bound;
  } catch (error) {
    for (const one of bound) one.close();
    throw await explain(error, chosen);
  }
}

/** Accepts clients of a hub on a socket that listens already, as {@link listenHttp} does on those that it opens. */
export function adoptHttp(
  hub: Hub,
  handle: Server,
  options: Pick<ListenHttpOptions, "further" | "trustForwarded">,
): Bound {
  const guards = new Map(options.further.map((one) => [one.address, acceptPeers(hub, one)]));
  const onLoopback = acceptLoopback(hub, options);
  // Nobody is accepted before this turn of the event loop is over, and then the address is known.
  const bound: Bound = adoptTcp(handle, (socket, port) => (guards.get(bound.address) ?? onLoopback)(socket, port));
  return bound;
}

function acceptLoopback(hub: Hub, { trustForwarded }: Pick<ListenHttpOptions, "trustForwarded">): OnSocket {
  return accept(hub, admitsLoopback, trustForwarded);
}

function acceptPeers(hub: Hub, { peers, trustForwarded = false }: FurtherAddress): OnSocket {
  return accept(hub, admitsSubnets(peers), trustForwarded);
}

function accept(hub: Hub, admits: Admits, trustForwarded: boolean): OnSocket {
  return (socket, port) => {
    const address = plainAddress(socket.remoteAddress ?? "");
    if (hub.draining || !admits(address)) socket.destroy();
    else new ClientConnection(hub, socket, { address, port, scheme: "http", trustForwarded });
  };
}

/**
 * Accepts encrypted clients of a hub on a port of loopback.
 *
 * @throws {CspaceError} those of `bindLoopback`; nothing is left bound.
 */
export function listenHttps(
  hub: Hub,
  certificates: Certificates,
  port: number,
  options: Pick<ListenHttpOptions, "wildcard" | "platform">,
): Promise<readonly Bound[]> {
  const onSocket = acceptSecure(hub, certificates);
  const bindOn = async (host: string, wanted: number): Promise<Bound[]> => [await bindTcp(host, wanted, onSocket)];
  return bindLoopback(bindOn, port, { what: "HTTPS", ...options });
}

/** Accepts encrypted clients on a socket that listens already. */
export function adoptHttps(hub: Hub, certificates: Certificates, handle: Server): Bound {
  return adoptTcp(handle, acceptSecure(hub, certificates));
}

function acceptSecure(hub: Hub, certificates: Certificates): OnSocket {
  let port = 0;
  const shakeHands = createTlsAcceptor(hub, certificates, async (secure) => {
    const address = plainAddress(secure.remoteAddress ?? "");
    const origin = { address, port, scheme: "https", trustForwarded: false } as const;
    if (secure.alpnProtocol === "h2") await speakHttp2(hub, secure, { origin: originOf(hub, origin), bytes: noBytes });
    else new ClientConnection(hub, secure, origin);
  });
  return (socket, listening) => {
    port = listening;
    if (hub.draining || !admitsLoopback(plainAddress(socket.remoteAddress ?? ""))) socket.destroy();
    else shakeHands(socket);
  };
}

async function explain(error: unknown, port: number): Promise<unknown> {
  if (codeOf(error) === "EADDRINUSE") return portTaken(port, "HTTP", error);
  if (codeOf(error) !== "EADDRNOTAVAIL") return error;
  const address = error instanceof Error && "address" in error ? String(error.address) : "a further address";
  const hint = "listen without it, or make the network that it belongs to";
  const message = `${address} is no address of this machine`;
  return new CspaceError<GatewayErrorCode>("CSPACE_ADDRESS_ABSENT", message, { hint, cause: error });
}
