import {
  createGateway,
  type Gateway,
  type GatewayCertificate,
  type GatewayRoute,
  type GatewaySocket,
  type InternalService,
} from "@cspace/gateway";
import { renderIcon } from "@cspace/hostnames";
import { type CertificateKeeper, keepCertificates } from "./keep-certificates.ts";
import { type GatewayPorts, type KeptPorts, listenOnFirst } from "./listen-on-first.ts";

/** The gateway where it is the proxy of this machine: on the ports that browsers and the resolver are sent to. */
export interface Direct {
  readonly open: (config: KeptPorts) => Promise<GatewayPorts>;
  /** Leaves the ports to another proxy; what is under way ends as it began. */
  readonly release: (options?: DrainOptions) => Promise<void>;
  readonly setRoutes: (routes: readonly GatewayRoute[]) => void;
  /** Where it listens; nowhere while it is not open. */
  readonly ports: () => GatewayPorts;
  readonly traffic: () => Gateway["traffic"];
  /** What is said of its certificates, once those that are wanted are shown. */
  readonly certificates: Pick<CertificateKeeper, "refresh" | "notes" | "settled">;
  /** What another one goes on with; `undefined` while it is not open. */
  readonly handOver: () => { readonly estate: GatewayPorts; readonly sockets: readonly GatewaySocket[] } | undefined;
  readonly adopt: AdoptGateway<GatewayPorts>;
}

/** How long what is under way may take until it ends, in milliseconds. */
export interface DrainOptions {
  /** @default as the gateway's limits say */
  readonly drainTimeoutMs?: number;
}

/** Goes on for another gateway: first with what is known of it, then with one socket after the other. */
export interface AdoptGateway<Estate> {
  readonly begin: (estate: Estate) => void;
  readonly socket: (socket: Pick<GatewaySocket, "protocol" | "handle">) => void;
}

/** Options of {@link createDirect}. */
export interface DirectOptions {
  readonly domains: readonly string[];
  /** The folder of the certificates. */
  readonly certs: string;
  /** @default none */
  readonly internal?: InternalService | undefined;
}

const nowhere: GatewayPorts = { httpPort: null, httpsPort: null, dnsPort: null, notes: [] };

/** Makes one that listens nowhere yet. */
export function createDirect({ domains, certs, internal }: DirectOptions): Direct {
  const keeper = keepCertificates({
    path: certs,
    domains,
    show: (shown) => {
      certificates = shown;
      current?.gateway.setCertificates(shown);
    },
  });
  let certificates: readonly GatewayCertificate[] = [];
  let routes: readonly GatewayRoute[] = [];
  let current: { readonly gateway: Gateway; readonly ports: Promise<GatewayPorts> } | undefined;
  let ports = nowhere;
  return {
    open: async (config) => {
      if (current === undefined) {
        const gateway = createGateway({ routes, domains, certificates, internal, icon: renderIcon });
        current = { gateway, ports: listenOnFirst(gateway, config) };
        // One that could not listen is none.
        current.ports.catch(() => {
          current = undefined;
        });
      }
      ports = await current.ports;
      await keeper.want(routes);
      return ports;
    },
    release: async (options) => {
      const before = current;
      current = undefined;
      ports = nowhere;
      await before?.gateway.close(options);
    },
    setRoutes: (changed) => {
      routes = changed;
      current?.gateway.setRoutes(changed);
      // While it is not open, another proxy has its own.
      if (current !== undefined) keeper.want(changed).catch(() => undefined);
    },
    ports: () => ports,
    traffic: () => current?.gateway.traffic ?? new Map(),
    certificates: keeper,
    handOver: () => (current === undefined ? undefined : { estate: ports, sockets: current.gateway.sockets }),
    adopt: {
      begin: (estate) => {
        ports = estate;
        current = {
          gateway: createGateway({ routes, domains, certificates, internal, icon: renderIcon }),
          ports: Promise.resolve(estate),
        };
      },
      socket: (socket) => current?.gateway.adopt(socket),
    },
  };
}
