/** Something that could not be read, in the words of whoever failed. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

/** cspace's own files. */
export interface HomeEvidence {
  readonly path: string;
  /** What is wrong with the folder or its `config.json`; `null`: nothing. */
  readonly failure: Failure | null;
  /** Bytes that are free on its disk; `null`: nobody knows. */
  readonly freeBytes: number | null;
}

/** The programs called `cspace` on `PATH`, and the one that runs. */
export interface ProgramsEvidence {
  readonly version: string;
  /** Real paths, in the order of `PATH`. */
  readonly onPath: readonly { readonly path: string; readonly version: string | null }[];
}

/** The Docker engine. */
export interface EngineEvidence {
  /** Why there is none; `null`: one answers. */
  readonly failure: Failure | null;
  readonly endpoint: string | null;
  readonly version: string | null;
  /** Whether something was started with it here, so that it is missed. */
  readonly isUsed: boolean;
  /** What is wrong with Compose; `null`: nothing. */
  readonly compose: Failure | null;
  readonly composeVersion: string | null;
  /** How far its clock is ahead of this machine's, in milliseconds; `null`: nobody knows. */
  readonly skewMs: number | null;
  /** The networks that can still be made of the pool; `null`: nobody knows. */
  readonly freeSubnets: number | null;
  readonly pool: string;
}

/** cspace's daemon. */
export interface DaemonEvidence {
  readonly state: "none" | "answers" | "silent";
  readonly pid: number | null;
  readonly version: string | null;
  /** How it speaks beside this version. */
  readonly protocol: "same" | "older" | "newer" | null;
  /** Why it is needed: what it holds, or what sleeps; `null`: it is not. */
  readonly neededFor: string | null;
}

/** Traefik and CoreDNS, or the gateway. */
export interface ProxyEvidence {
  readonly engine: "docker" | "gateway";
  readonly state: "running" | "degraded" | "stopped";
  /** Those of its parts that do not run. */
  readonly missing: readonly string[];
  readonly stuck: readonly string[];
  /** A container of somebody else's that has one of its names. */
  readonly foreign: string | null;
  /** The home that it was started from, and this one's. */
  readonly home: string | null;
  readonly ownHome: string;
  /** Whether that other home is gone. */
  readonly isHomeGone: boolean;
  /** Whether it is as this version would make it; `null`: nobody knows. */
  readonly isCurrent: boolean | null;
  /** Whether anything is there that it would serve. */
  readonly isNeeded: boolean;
  readonly httpPort: number | null;
  /** What answers on that port. */
  readonly answer: "proxy" | "other" | "refused" | "timeout" | null;
  /** Who has the port, where it is not the proxy; `null`: nobody, or nobody can tell. */
  readonly holder: string | null;
}

/** What became of one domain, as `@cspace/resolver` judges it. */
export interface NamesEvidence {
  readonly domain: string;
  readonly state: "ok" | "no-rule" | "no-dns" | "not-used" | "slow";
  readonly reason: string | null;
  readonly fix: string | null;
  /** What answers names, and why it was chosen. */
  readonly resolver: string;
  /** Whether browsers find the domain by themselves. */
  readonly isBuiltIn: boolean;
}

/** Lines of `/etc/hosts` that name hosts under a domain, and are not cspace's. */
export interface HostsEvidence {
  readonly domain: string;
  readonly lines: readonly { readonly address: string; readonly names: readonly string[] }[];
}

/** Variables by which programs ask a proxy for everything. */
export interface ProxyVariablesEvidence {
  /** The name and value of the first that is set; `null`: none is. */
  readonly proxy: { readonly name: string; readonly value: string } | null;
  readonly noProxy: readonly string[];
  readonly domains: readonly string[];
}

/** The certificate stores. */
export interface TrustEvidence {
  /** `null`: there is no authority, and nothing to trust. */
  readonly stores:
    | readonly { readonly readers: string; readonly state: "trusted" | "not-trusted" | "unknown" }[]
    | null;
}
