import { createGateway, type FurtherAddress, type Gateway, type GatewayRoute } from "@cspace/gateway";

/** The gateway behind another proxy: it listens where that one reaches it, and keeps what that one says of the client. */
export interface Front {
  /** The port on which the proxy reaches it, also at this address of the host, for these peers alone. */
  readonly open: (further: FurtherAddress | null) => Promise<number>;
  readonly setRoutes: (routes: readonly GatewayRoute[]) => void;
  /** Whether it was ever opened. */
  readonly isOpen: () => boolean;
  readonly close: () => Promise<void>;
}

/** Makes one that listens nowhere yet. */
export function createFront(domains: readonly string[]): Front {
  let routes: readonly GatewayRoute[] = [];
  let current: { readonly key: string; readonly gateway: Gateway; readonly port: number } | undefined;
  return {
    open: async (further) => {
      const key = JSON.stringify(further);
      if (current?.key === key) return current.port;
      const gateway = createGateway({ routes, domains });
      const { httpPort: port } = await gateway.listen({
        httpPort: 0,
        further: further === null ? [] : [further],
        trustForwarded: true,
      });
      const before = current;
      current = { key, gateway, port };
      await before?.gateway.close();
      return port;
    },
    setRoutes: (changed) => {
      routes = changed;
      current?.gateway.setRoutes(changed);
    },
    isOpen: () => current !== undefined,
    close: async () => {
      await current?.gateway.close();
    },
  };
}
