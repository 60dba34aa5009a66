import type { Socket } from "node:net";
import { answerQuery, type Zones } from "../dns/answer-query.ts";
import { serveDnsStream } from "../dns/serve-dns-stream.ts";
import { bindLoopback, type Wildcard } from "./bind-loopback.ts";
import { type Bound, bindTcp, bindUdp } from "./bind-servers.ts";
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
    const tcp = await listenStreams(zones, host, wanted);
    try {
      return [await listenDatagrams(zones, host, tcp.port), tcp];
    } catch (error) {
      tcp.close();
      throw error;
    }
  };
  return bindLoopback(onBoth, port, { what: "DNS", ...options });
}

function listenDatagrams(zones: Zones, host: string, port: number): Promise<Bound> {
  return bindUdp(host, port, (message, from, socket) => {
    const reply = admitsLoopback(plainAddress(from.address)) ? answerQuery(message, zones, "udp") : undefined;
    if (reply !== undefined) socket.send(reply, from.port, from.address);
  });
}

async function listenStreams(zones: Zones, host: string, port: number): Promise<Bound> {
  const streams = new Set<Socket>();
  const server = await bindTcp(host, port, (socket) => {
    if (!admitsLoopback(plainAddress(socket.remoteAddress ?? "")) || streams.size >= maxStreams) {
      socket.destroy();
      return;
    }
    streams.add(socket);
    socket.once("close", () => streams.delete(socket));
    serveDnsStream(socket, (message) => answerQuery(message, zones, "tcp"));
  });
  const close = (): void => {
    server.close();
    for (const socket of streams) socket.destroy();
  };
  return { ...server, close };
}
