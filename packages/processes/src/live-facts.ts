import type { ProcessFacts } from "./process-state.ts";

/** What is known of a process right now, for those who change it and for those who wait for a change. */
export interface LiveFacts {
  readonly now: ProcessFacts;
  /** Why it is not up, where that is known. Whoever sets it tells by a `change`. */
  error: Error | null;
  /** Changes some facts, and calls every listener at once. */
  change(changed: Partial<ProcessFacts>): void;
  /** Calls back after every change; it must not throw. Gives what ends that. */
  onChange(listener: () => void): () => void;
  /** Resolves when the facts are as asked, at once where they are. */
  until(holds: (facts: ProcessFacts) => boolean): Promise<void>;
}

/** Makes the facts of a process that was not started yet. */
export function createLiveFacts(): LiveFacts {
  const listeners = new Set<() => void>();
  let now: ProcessFacts = {
    pid: null,
    address: null,
    hadItsTime: false,
    exit: null,
    isOver: false,
    isAwaited: false,
    isLooping: false,
    stop: "no",
  };
  const live: LiveFacts = {
    get now() {
      return now;
    },
    error: null,
    change(changed) {
      now = { ...now, ...changed };
      for (const listener of [...listeners]) listener();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    until: (holds) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!holds(now)) return;
          forget();
          resolve();
        };
        const forget = live.onChange(look);
        look();
      }),
  };
  return live;
}
