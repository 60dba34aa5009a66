import { Socket as DatagramSocket } from "node:dgram";
import type { Server, Socket } from "node:net";
import { answerQuery, type Zones } from "../dns/answer-query.ts";
import { serveDnsStream } from "../dns/serve-dns-stream.ts";
import { bindLoopback, type Wildcard } from "./bind-loopback.ts";
import { adoptTcp, adoptUdp, type Bound, bindTcp, bindUdp, type OnMessage, type OnSocket } from "./bind-servers.ts";
import { admitsLoopback, plainAddress } from "./peers.ts";

/** More clients over TCP at once than any resolver has. */
const maxStreams = 128;

/** Options of {@link listenDns}. */
export interface ListenDnsOptions {
  readonly wildcard: Wildcard;
  readonly platform: NodeJS.Platform;
}

/**
 * Answers questions on a port of loopback, over UDP and TCP. Who is not of this machine gets no answer, so there is
 * nothing to amplify.
 *
 * @throws {CspaceError} those of `bindLoopback`; nothing is left bound.
 */
export function listenDns(zones: Zones, port: number, options: ListenDnsOptions): Promise<readonly Bound[]> {
  const onBoth = async (host: string, wanted: number): Promise<readonly Bound[]> => {
    const { onSocket, closing } = answerStreams(zones);
    const tcp = closing(await bindTcp(host, wanted, onSocket));
    try {
      return [await bindUdp(host, tcp.port, answerDatagrams(zones)), tcp];
    } catch (error) {
      tcp.close();
      throw error;
    }
  };
  return bindLoopback(onBoth, port, { what: "DNS", ...options });
}

/** Answers on a socket of loopback that listens already. */
export function adoptDns(zones: Zones, handle: Server | DatagramSocket): Bound {
  if (handle instanceof DatagramSocket) return adoptUdp(handle, answerDatagrams(zones));
  const { onSocket, closing } = answerStreams(zones);
  return closing(adoptTcp(handle, onSocket));
}

/** Answers one datagram after the other: whatever one of them is, the next is answered. */
function answerDatagrams(zones: Zones): OnMessage {
  return (message, from, socket) => {
    // Port 0 is how a sender says that it wants no answer (RFC 768); none can be sent there.
    if (from.port === 0 || !admitsLoopback(plainAddress(from.address))) return;
    try {
      const reply = answerQuery(message, zones, "udp");
      if (reply !== undefined) socket.send(reply, from.port, from.address, ignoreLoss);
    } catch {
      // One sender's datagram is not worth the service of all others, and a resolver asks again.
    }
  };
}

function ignoreLoss(): void {}

interface StreamAnswerer {
  readonly onSocket: OnSocket;
  /** What listens, closed together with the connections to it. */
  readonly closing: (bound: Bound) => Bound;
}

function answerStreams(zones: Zones): StreamAnswerer {
  const streams = new Set<Socket>();
  return {
    onSocket: (socket) => {
      if (!admitsLoopback(plainAddress(socket.remoteAddress ?? "")) || streams.size >= maxStreams) {
        socket.destroy();
        return;
      }
      streams.add(socket);
      socket.once("close", () => streams.delete(socket));
      serveDnsStream(socket, (message) => answerQuery(message, zones, "tcp"));
    },
    closing: (bound) => ({
      ...bound,
      close: () => {
        bound.close();
        for (const socket of streams) socket.destroy();
      },
    }),
  };
}
