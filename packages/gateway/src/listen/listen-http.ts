import { CspaceError } from "@cspace/errors";
import { ClientConnection } from "../client/client-connection.ts";
import type { GatewayErrorCode } from "../gateway-error-code.ts";
import type { Hub } from "../hub.ts";
import { bindLoopback, codeOf, portTaken, type Wildcard } from "./bind-loopback.ts";
import { type Bound, bindTcp } from "./bind-servers.ts";
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
  /** Keep what a proxy in front says in `Forwarded` and `X-Forwarded-*`, instead of dropping it. */
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
  const guards = further.map((one) => ({ ...one, admits: admitsSubnets(one.peers) }));
  const on = (admits: Admits, trustForwarded: boolean) => async (host: string, wanted: number) => [
    await bindTcp(host, wanted, (socket, bound) => {
      const address = plainAddress(socket.remoteAddress ?? "");
      if (hub.draining || !admits(address)) socket.destroy();
      else new ClientConnection(hub, socket, { address, port: bound, trustForwarded });
    }),
  ];
  const onLoopback = on(admitsLoopback, options.trustForwarded);
  const bound = [...(await bindLoopback(onLoopback, port, { what: "HTTP", wildcard, platform }))];
  const chosen = bound[0]?.port ?? port;
  try {
    for (const { address, admits, trustForwarded = false } of guards) {
      bound.push(...(await on(admits, trustForwarded)(address, chosen)));
    }
    return bound;
  } catch (error) {
    for (const one of bound) one.close();
    throw await explain(error, chosen);
  }
}

async function explain(error: unknown, port: number): Promise<unknown> {
  if (codeOf(error) === "EADDRINUSE") return portTaken(port, "HTTP", error);
  if (codeOf(error) !== "EADDRNOTAVAIL") return error;
  const address = error instanceof Error && "address" in error ? String(error.address) : "a further address";
  const hint = "listen without it, or make the network that it belongs to";
  const message = `${address} is no address of this machine`;
  return new CspaceError<GatewayErrorCode>("CSPACE_ADDRESS_ABSENT", message, { hint, cause: error });
}
