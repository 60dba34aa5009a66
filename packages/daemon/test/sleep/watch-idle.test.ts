import type { Activity, IdlePolicy } from "@cspace/compose";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchIdle } from "../../src/sleep/watch-idle.ts";

const idle: Activity = { requests: 0, open: 0, connections: [], execs: 0, cpuMs: 0, memoryBytes: 0 };
const policy: IdlePolicy = { project: "shop", instance: "mercury", idleMs: 6000, form: "stop", endpoint: null };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function start({ look, policies = [policy] }: { look: () => Activity | undefined | null; policies?: IdlePolicy[] }) {
  const slept: string[] = [];
  const watch = watchIdle({
    refresh: async () => undefined,
    isEmpty: () => policies.length === 0,
    policies: () => policies,
    isAsleep: () => slept.length > 0,
    look: async () => look(),
    sleep: async ({ instance }) => slept.push(instance),
  });
  watch.begin();
  return { slept, watch };
}

test("what nobody uses for so long is put to sleep, once", async () => {
  const { slept, watch } = start({ look: () => idle });
  await vi.advanceTimersByTimeAsync(6500);
  expect(slept).toEqual([]);
  await vi.advanceTimersByTimeAsync(1500);
  expect(slept).toEqual(["mercury"]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(slept).toEqual(["mercury"]);
  watch.close();
});

test("the time begins anew with every use", async () => {
  let requests = 0;
  const { slept, watch } = start({ look: () => ({ ...idle, requests }) });
  for (let round = 0; round < 10; round += 1) {
    requests += 1;
    await vi.advanceTimersByTimeAsync(5000);
  }
  expect(slept).toEqual([]);
  await vi.advanceTimersByTimeAsync(8000);
  expect(slept).toEqual(["mercury"]);
  watch.close();
});

test.each([undefined, null])(
  "what does not run, or nobody can tell of (%s), is left alone, and its time begins anew",
  async (nothing) => {
    let look: Activity | undefined | null = nothing;
    const { slept, watch } = start({ look: () => look });
    await vi.advanceTimersByTimeAsync(30_000);
    look = idle;
    await vi.advanceTimersByTimeAsync(5000);
    expect(slept).toEqual([]);
    watch.close();
  },
);

test("one that cannot be looked at keeps no other awake", async () => {
  const other = { ...policy, instance: "venus" };
  const slept: string[] = [];
  const watch = watchIdle({
    refresh: async () => undefined,
    isEmpty: () => false,
    policies: () => [policy, other],
    isAsleep: () => false,
    look: async ({ instance }) => {
      if (instance === "mercury") throw new Error("no engine");
      return idle;
    },
    sleep: async ({ instance }) => slept.push(instance),
  });
  watch.begin();
  await vi.advanceTimersByTimeAsync(8500);
  expect(slept).toEqual(["venus"]);
  watch.close();
});
