/** What there is to serve instances with. */
export interface EngineFindings {
  /** Why no Docker engine can be used; `null` when one answers. */
  readonly noEngine: string | null;
  /** Where the engine was found; meaningless without one. */
  readonly endpoint: string | null;
}

/** What receives every request of this machine, and why that. */
export interface EngineChoice {
  readonly engine: "docker" | "gateway";
  readonly why: string;
}

/**
 * Decides what the proxy is: Traefik and CoreDNS where a Docker engine answers, since containers are reached through
 * them alone and processes through them as well; else the gateway. Pure.
 */
export function chooseEngine({ noEngine, endpoint }: EngineFindings): EngineChoice {
  return noEngine === null
    ? { engine: "docker", why: `a Docker engine answers at ${endpoint}` }
    : { engine: "gateway", why: noEngine };
}
