import { isDeepStrictEqual } from "node:util";
import {
  createGateway,
  type FurtherAddress,
  type Gateway,
  type GatewayRoute,
  type GatewaySocket,
  type InternalService,
  type ListenOptions,
} from "@cspace/gateway";
import { renderIcon } from "@cspace/hostnames";
import type { Estate } from "../hand-over/messages.ts";
import type { AdoptGateway, DrainOptions } from "./create-direct.ts";

/** The gateway behind another proxy: it listens where that one reaches it, and keeps what that one says of the client. */
export interface Front {
  /** The port on which the proxy reaches it, also at this address of the host, for these peers alone. */
  readonly open: (further: FurtherAddress | null) => Promise<number>;
  readonly setRoutes: (routes: readonly GatewayRoute[]) => void;
  /** Whether it was ever opened. */
  readonly isOpen: () => boolean;
  readonly traffic: () => Gateway["traffic"];
  /** What another one goes on with; `undefined` while it is not open. */
  readonly handOver: () => { readonly estate: FrontEstate; readonly sockets: readonly GatewaySocket[] } | undefined;
  readonly adopt: AdoptGateway<FrontEstate>;
  readonly close: (options?: DrainOptions) => Promise<void>;
}

type FrontEstate = NonNullable<Estate["front"]>;

/** Makes one that listens nowhere yet. */
export function createFront(domains: readonly string[], internal?: InternalService): Front {
  let routes: readonly GatewayRoute[] = [];
  let current: (FrontEstate & { readonly gateway: Gateway }) | undefined;
  return {
    open: async (further) => {
      if (current !== undefined && isDeepStrictEqual(current.further, further)) return current.port;
      const gateway = createGateway({ routes, domains, internal, icon: renderIcon });
      const { httpPort: port } = await gateway.listen({
        httpPort: 0,
        ...optionsOf(further),
      });
      const before = current;
      current = { further, gateway, port };
      await before?.gateway.close();
      return port;
    },
    setRoutes: (changed) => {
      routes = changed;
      current?.gateway.setRoutes(changed);
    },
    isOpen: () => current !== undefined,
    traffic: () => current?.gateway.traffic ?? new Map(),
    handOver: () => {
      if (current === undefined) return undefined;
      const { further, port, gateway } = current;
      return { estate: { further, port }, sockets: gateway.sockets };
    },
    adopt: {
      begin: (estate) => {
        current = { ...estate, gateway: createGateway({ routes, domains, internal, icon: renderIcon }) };
      },
      socket: (socket) => current?.gateway.adopt(socket, optionsOf(current.further)),
    },
    close: async (options) => {
      await current?.gateway.close(options);
    },
  };
}

/**
 * Whom to believe: the proxy alone, and only where it comes from. An engine in a virtual machine lets it come from
 * loopback, as any program of this machine does; where it has an address of its own, nobody on loopback is believed.
 */
function optionsOf(further: FurtherAddress | null): Pick<ListenOptions, "further" | "trustForwarded"> {
  if (further === null) return { further: [], trustForwarded: true };
  return { further: [{ ...further, trustForwarded: true }], trustForwarded: false };
}
