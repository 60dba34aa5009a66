/** One route of an instance, hop by hop. */
export interface RouteEvidence {
  readonly label: string;
  readonly instance: string;
  readonly project: string;
  readonly hostname: string;
  /** What programs find for it; `null`: nobody asked. */
  readonly resolved: "loopback" | "elsewhere" | "missing" | null;
  /** Whether browsers find it without asking. */
  readonly isBuiltIn: boolean;
  /** Of the instance. */
  readonly state: "running" | "partial" | "stopped" | "asleep";
  /** Whether its directory is gone, and where that was. */
  readonly gone: boolean;
  readonly directory: string;
  /** What serves it, for people. */
  readonly server: { readonly kind: "container" | "process"; readonly name: string; readonly port: number };
  readonly running: boolean;
  /** Why it does not run or is not ready, as its engine tells. */
  readonly reason: string | null;
  /** Networks that it shares with the proxy; `null`: nobody can tell, or it is no container. */
  readonly sharedNetworks: readonly string[] | null;
  /** What the proxy says of the hostname. */
  readonly proxy: "claimed" | "unclaimed" | "unreachable" | "timeout" | "stopped";
  /** Where it listens, as its own system tells; `null`: nobody can tell. */
  readonly listeners: readonly { readonly address: string; readonly port: number }[] | null;
  /** The status of its answer by way of the proxy; `null`: none came. */
  readonly status: number | null;
  /** Where its answer leads. */
  readonly location: string | null;
  /** The hostnames that it refuses. */
  readonly refused: readonly string[];
  /** What it speaks on its port, where that was found out. */
  readonly speaks: "http" | "https" | "h2c" | "other" | null;
  /** What the proxy was told that it speaks. */
  readonly scheme: "http" | "https" | "h2c";
}
