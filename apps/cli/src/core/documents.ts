import type { Step } from "@cspace/compose";

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
  /** Why `via` is not `"proxy"`. */
  readonly reason: string | null;
  readonly target:
    | { readonly service: string; readonly port: number }
    | { readonly process: string; readonly port: number };
  readonly health: "up" | "starting" | "down";
}

/** A published port that is no route. */
export interface Port {
  readonly label: string | null;
  readonly service: string;
  readonly port: number;
  readonly protocol: string;
  readonly localAddress: string | null;
}

/** An instance as commands print it. */
export interface Instance {
  readonly project: string;
  readonly instance: string;
  readonly directory: string;
  readonly engine: "docker" | "gateway" | "mixed";
  readonly state: "running" | "partial" | "stopped";
  readonly routes: readonly Route[];
  readonly ports: readonly Port[];
}

/** What `up` and `down` print. */
export interface InstanceDocument {
  readonly instance: Instance;
  readonly steps: readonly Step[];
}
