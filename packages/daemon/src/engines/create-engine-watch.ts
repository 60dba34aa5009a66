import { type DockerEngine, listContainerInstances } from "@cspace/compose";

/** How long an engine is watched where nothing of an instance runs: who asked for it is about to start something. */
const graceMs = 60_000;

/** How often it is asked whether anything runs, beside after each of its events: one may get lost. */
const lookMs = 60_000;

/** How long changes are gathered, in milliseconds: one command makes many. */
const gatherMs = 200;

/** How long it is waited before an engine that has gone is asked again, and for how long in all, in milliseconds. */
const retryMs = 5000;
const patienceMs = 600_000;

/** Knows of engines on which containers of instances run, for as long as any do. */
export interface EngineWatch {
  /** Begins to watch an engine, or goes on with it. */
  readonly watch: (endpoint: string) => void;
  /** The last one that was asked for is the last. */
  readonly endpoints: () => readonly string[];
  readonly isEmpty: () => boolean;
  readonly close: () => void;
}

/** Options of {@link createEngineWatch}. */
export interface EngineWatchOptions {
  readonly connect: (endpoint: string) => Promise<Pick<DockerEngine, "followEvents" | "listContainers">>;
  /** Called after containers of instances were started, ended, or made known as healthy. */
  readonly onChange: () => void;
  /** Called whenever one is watched no more. */
  readonly onEmpty: () => void;
}

/** Makes one that watches nothing. */
export function createEngineWatch({ connect, onChange, onEmpty }: EngineWatchOptions): EngineWatch {
  const watched = new Map<string, { readonly stop: AbortController; until: number }>();

  const leave = (endpoint: string): void => {
    const found = watched.get(endpoint);
    if (found === undefined) return;
    watched.delete(endpoint);
    found.stop.abort();
    onEmpty();
  };

  async function isUsed(endpoint: string): Promise<boolean> {
    const instances = await listContainerInstances({ engine: await connect(endpoint) });
    return instances.some(({ state }) => state !== "stopped");
  }

  async function look(endpoint: string, signal: AbortSignal): Promise<void> {
    onChange();
    // One that does not answer is no proof that nothing runs there.
    const used = await isUsed(endpoint).catch(() => undefined);
    const found = watched.get(endpoint);
    if (signal.aborted || found === undefined || used === undefined) return;
    // What was about to be started has been.
    if (used) found.until = 0;
    else if (found.until <= Date.now()) leave(endpoint);
  }

  async function follow(endpoint: string, signal: AbortSignal): Promise<void> {
    let seenAt = Date.now();
    let gathering: NodeJS.Timeout | undefined;
    const gather = (): void => {
      gathering ??= setTimeout(() => {
        gathering = undefined;
        if (!signal.aborted) void look(endpoint, signal);
      }, gatherMs);
    };
    const timer = setInterval(gather, lookMs);
    try {
      while (!signal.aborted && Date.now() - seenAt < patienceMs) {
        try {
          const engine = await connect(endpoint);
          seenAt = Date.now();
          gather();
          await engine.followEvents({ signal, onEvent: gather });
          seenAt = Date.now();
        } catch {
          // It is asked again, until patience ends.
        }
        await new Promise((resolve) => setTimeout(resolve, retryMs).unref());
      }
    } finally {
      clearInterval(timer);
      clearTimeout(gathering);
      leave(endpoint);
    }
  }

  return {
    watch: (endpoint) => {
      const until = Date.now() + graceMs;
      const found = watched.get(endpoint);
      const next = found ?? { stop: new AbortController(), until };
      next.until = until;
      // The last one is the one that is asked first.
      watched.delete(endpoint);
      watched.set(endpoint, next);
      if (found === undefined) void follow(endpoint, next.stop.signal);
    },
    endpoints: () => [...watched.keys()],
    isEmpty: () => watched.size === 0,
    close: () => {
      for (const { stop } of watched.values()) stop.abort();
      watched.clear();
    },
  };
}
