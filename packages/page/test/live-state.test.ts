import type { Instance } from "@cspace/instances";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLiveState } from "../src/live-state.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const instance = (name: string, state: Instance["state"] = "running"): Instance => ({
  ...{
    project: "shop",
    instance: name,
    directory: "/shop",
    branch: null,
    createdAt: null,
    gone: false,
    engine: "docker",
  },
  ...{ state, asleep: null, routes: [], ports: [], services: [] },
});

function start() {
  let found: Instance[] | Error = [instance("mercury")];
  let change = (): void => undefined;
  const reads: boolean[] = [];
  const live = createLiveState({
    options: () => ({}),
    subscribe: (onChange) => {
      change = onChange;
      return () => {
        change = () => undefined;
      };
    },
    list: async ({ stats }) => {
      reads.push(stats);
      if (found instanceof Error) throw found;
      return found;
    },
  });
  const find = (next: Instance[] | Error): void => {
    found = next;
  };
  return { live, reads, change: () => change(), find };
}

test("only what is other is told, and what is gone by its name", async () => {
  const { live, change, find } = start();
  const events: unknown[] = [];
  live.follow((event) => events.push(event));
  await live.read();
  find([instance("mercury", "stopped"), instance("venus")]);
  change();
  await vi.advanceTimersByTimeAsync(2100);
  find([instance("venus")]);
  change();
  await vi.advanceTimersByTimeAsync(2100);
  expect(events).toMatchObject([
    { changed: [{ instance: "mercury" }], removed: [] },
    { changed: [{ instance: "mercury", state: "stopped" }, { instance: "venus" }], removed: [] },
    { changed: [], removed: ["shop/mercury"] },
  ]);
});

test("however often something changes, it is read every two seconds at most; and every ten where nothing is said to", async () => {
  const { live, change, reads } = start();
  const leave = live.follow(() => undefined);
  await live.read();
  const before = reads.length;
  for (let at = 0; at < 100; at += 1) {
    change();
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(reads.length - before).toBeLessThanOrEqual(5);
  const quiet = reads.length;
  await vi.advanceTimersByTimeAsync(31_000);
  expect(reads.length - quiet).toBeGreaterThanOrEqual(3);
  leave();
  const left = reads.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(reads.length).toBe(left);
  // What they use is looked for only while somebody looks.
  expect([reads[0], reads.at(-1)]).toEqual([true, true]);
  await live.read();
  expect(reads.at(-1)).toBe(false);
});

test("while nobody can tell, what was known is shown, and why", async () => {
  const { live, find } = start();
  await live.read();
  find(new Error("the engine does not answer"));
  expect(await live.read()).toMatchObject({
    instances: [{ instance: "mercury" }],
    trouble: "the engine does not answer",
  });
});
