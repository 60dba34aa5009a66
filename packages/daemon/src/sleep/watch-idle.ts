import type { Activity, IdlePolicy, SleeperNames } from "@cspace/compose";
import { type ActivityLook, findUse } from "./judge-activity.ts";
import { sleepKey } from "./sleep-key.ts";

/** Puts to sleep what nobody uses. */
export interface IdleWatch {
  /** Looks again when there is something to look after. */
  readonly begin: () => void;
  readonly close: () => void;
}

/** Options of {@link watchIdle}. */
export interface WatchIdleOptions {
  /** Called before each look, for what has changed meanwhile. */
  readonly refresh: () => Promise<void>;
  /** Whether there is nothing to look after, also nothing that sleeps. */
  readonly isEmpty: () => boolean;
  readonly policies: () => readonly IdlePolicy[];
  readonly isAsleep: (names: SleeperNames) => boolean;
  /** What is going on in an instance; `undefined`: nothing of it runs; `null`: nobody can tell. */
  readonly look: (policy: IdlePolicy) => Promise<Activity | undefined | null>;
  readonly sleep: (policy: IdlePolicy) => Promise<unknown>;
}

/** A look is taken so many times while one falls asleep, and no more often or seldom than these, in milliseconds. */
const looks = { count: 6, leastMs: 500, mostMs: 10_000 };

interface Watched {
  readonly look: ActivityLook;
  /** When it was used last, by the clock of the looks. */
  readonly usedAt: number;
}

/** Begins to look after the instances that are to sleep when nobody uses them. */
export function watchIdle({ refresh, isEmpty, policies, isAsleep, look, sleep }: WatchIdleOptions): IdleWatch {
  const watched = new Map<string, Watched>();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let isLooking = false;

  const lookAt = async (policy: IdlePolicy): Promise<void> => {
    const key = sleepKey(policy);
    const activity = isAsleep(policy) ? undefined : await look(policy);
    const at = performance.now();
    if (activity === undefined || activity === null) {
      watched.delete(key);
      return;
    }
    const before = watched.get(key);
    const now = { at, activity };
    const isUsed = before === undefined || findUse(before.look, now) !== null;
    const usedAt = isUsed ? at : before.usedAt;
    watched.set(key, { look: now, usedAt });
    if (at - usedAt < policy.idleMs) return;
    watched.delete(key);
    await sleep(policy);
  };

  const lookAll = async (): Promise<void> => {
    isLooking = true;
    await refresh().catch(() => undefined);
    // One that fails keeps none of the others.
    await Promise.allSettled(policies().map(lookAt));
    isLooking = false;
    lookLater();
  };

  const lookLater = (): void => {
    clearTimeout(timer);
    if (isLooking || isClosed || isEmpty()) return;
    const shortest = Math.min(...policies().map(({ idleMs }) => idleMs));
    timer = setTimeout(lookAll, Math.min(looks.mostMs, Math.max(looks.leastMs, shortest / looks.count)));
  };

  return {
    begin: lookLater,
    close: () => {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
