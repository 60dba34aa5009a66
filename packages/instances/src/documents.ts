import type { ListedService, Step } from "@cspace/compose";

/** A route as commands print it. */
export interface Route {
  readonly label: string;
  /** Under the first domain. */
  readonly hostname: string;
  /** Under every domain. */
  readonly hostnames: readonly string[];
  /** For a program on this machine; `null` when nothing serves it. */
  readonly url: string | null;
  /** For a person's browser. */
  readonly browserUrl: string | null;
  readonly localUrl: string | null;
  /** How `url` gets there. */
  readonly via: "proxy" | "port" | "none";
  /** Why it is not up; of one that is up, why `via` is not `"proxy"`. */
  readonly reason: string | null;
  readonly target:
    | { readonly service: string; readonly port: number }
    | { readonly process: string; readonly port: number };
  readonly health: "up" | "starting" | "asleep" | "down";
  /** Those of `hostnames` that its server refuses to be asked by. */
  readonly refused: readonly string[];
  /** The status of the answer to `/` by way of the proxy; `null` when none came. */
  readonly status: number | null;
}

/** A port of an instance on this machine. */
export interface Port {
  /** `null`: it is no route. */
  readonly label: string | null;
  readonly service: string;
  readonly port: number;
  readonly protocol: string;
  /** `localhost:49155`; `null` when it is nowhere now. */
  readonly localAddress: string | null;
}

/** An instance as it is now. */
export interface Instance {
  readonly project: string;
  readonly instance: string;
  readonly directory: string;
  /** The branch that is checked out there; `null` where none is, or nobody can tell. */
  readonly branch: string | null;
  /** When the oldest of its containers was made, or of its processes was started: RFC 3339; `null`: nobody knows. */
  readonly createdAt: string | null;
  /** Whether that directory is gone, or another one is at its path now. */
  readonly gone: boolean;
  /** What runs it: containers, processes of the host, or both. */
  readonly engine: "docker" | "gateway" | "mixed";
  /** `asleep`: nothing of it runs, and a request wakes it. */
  readonly state: "running" | "partial" | "stopped" | "asleep";
  /** Since when it sleeps (RFC 3339), and the memory that it had before, in bytes; `null`: it does not. */
  readonly asleep: { readonly since: string; readonly savedBytes: number } | null;
  readonly routes: readonly Route[];
  /** The published ports that are no routes. */
  readonly ports: readonly Port[];
  /** The services that its containers are of, with or without a port, by name. */
  readonly services: readonly ListedService[];
  /** What it uses; where that was asked for. */
  readonly stats?: InstanceStats;
}

/** What an instance uses. */
export interface InstanceStats {
  /** Of processors, in one of them: 0.5 is a half. */
  readonly cpu: number;
  readonly memoryBytes: number;
  /** Of its volumes on the disk; `null`: nobody tells. */
  readonly volumeBytes: number | null;
}

/** What starting or removing an instance gives. */
export interface InstanceDocument {
  readonly instance: Instance;
  /** Each step once, in the order in which they were taken. */
  readonly steps: readonly Step[];
}

/** What removing all instances of a project gives. */
export interface InstancesDocument {
  readonly instances: readonly Instance[];
  readonly steps: readonly Step[];
}

/** What is left of an instance whose directory is gone. */
export interface Garbage {
  readonly project: string;
  readonly instance: string;
  /** Where it ran from. */
  readonly directory: string;
  /** When it ran last (RFC 3339); `null`: nobody knows. */
  readonly usedAt: string | null;
  readonly containers: number;
  readonly processes: readonly string[];
  readonly networks: readonly string[];
  /** Those that were built for it. */
  readonly images: readonly { readonly name: string; readonly bytes: number }[];
  readonly volumes: readonly {
    readonly name: string;
    /** `null`: nobody knows. */
    readonly bytes: number | null;
    /** Whether it goes with the rest. */
    readonly goes: boolean;
  }[];
  /** What removing it frees on the disk, in bytes. */
  readonly bytes: number;
}

/** What collecting garbage gives. */
export interface GarbageDocument {
  readonly garbage: readonly Garbage[];
  /** Whether it was removed. */
  readonly applied: boolean;
}

/** The proxy of this machine. */
export interface ProxyReport {
  readonly engine: "docker" | "gateway";
  /** Why it is that one. */
  readonly why: string;
  readonly state: "running" | "degraded" | "stopped";
  readonly httpPort: number | null;
  /** `null`: it serves no HTTPS. */
  readonly httpsPort: number | null;
  readonly dnsPort: number | null;
  readonly dnsEngine: "coredns" | "gateway" | null;
  readonly domains: readonly string[];
  readonly networks: readonly string[];
  readonly versions: { readonly traefik: string | null; readonly coredns: string | null };
}
