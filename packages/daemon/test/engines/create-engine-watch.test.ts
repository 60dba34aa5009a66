import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createEngineWatch } from "../../src/engines/create-engine-watch.ts";

const endpoint = "unix:///engine.sock";
const labels = {
  "cspace.managed": "true",
  "cspace.spec": "1",
  "cspace.project": "shop",
  "cspace.instance": "mercury",
  "cspace.project.name": "shop",
  "cspace.instance.name": "mercury",
  "cspace.directory": "/shop",
  "com.docker.compose.project": "shop--mercury",
  "com.docker.compose.service": "web",
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An engine with one instance, whose events and whose end a test gives. */
function start() {
  const state = { running: false, isGone: false, connects: 0, changes: 0, empties: 0 };
  let [tell, end] = [(): void => undefined, (): void => undefined];
  const watch = createEngineWatch({
    connect: async () => {
      if (state.isGone) throw new Error("no engine");
      return {
        listContainers: async () => [
          {
            ...{ Id: "1", Names: ["/w"], Image: "i", Status: "Up", Labels: labels, Ports: [] },
            State: state.running ? "running" : "exited",
          },
        ],
        followEvents: ({ signal, onEvent }) =>
          new Promise((resolve) => {
            state.connects += 1;
            [tell, end] = [onEvent, resolve];
            signal.addEventListener("abort", () => resolve());
          }),
      };
    },
    onChange: () => {
      state.changes += 1;
    },
    onEmpty: () => {
      state.empties += 1;
    },
  });
  return { watch, state, tell: () => tell(), end: () => end() };
}

test("an engine is watched until the last instance on it has ended, and changes are told once for many events", async () => {
  const { watch, state, tell } = start();
  watch.watch(endpoint);
  await vi.advanceTimersByTimeAsync(1000);
  // Nothing runs yet: what is about to be started is waited for.
  expect(watch.endpoints()).toEqual([endpoint]);
  state.running = true;
  const before = state.changes;
  for (const _ of Array(20)) tell();
  await vi.advanceTimersByTimeAsync(1000);
  expect(state.changes).toBe(before + 1);
  state.running = false;
  tell();
  await vi.advanceTimersByTimeAsync(1000);
  expect([watch.isEmpty(), state.empties]).toEqual([true, 1]);
});

test("what was never started is waited for no longer than a minute or two", async () => {
  const { watch } = start();
  watch.watch(endpoint);
  await vi.advanceTimersByTimeAsync(50_000);
  expect(watch.isEmpty()).toBe(false);
  await vi.advanceTimersByTimeAsync(80_000);
  expect(watch.isEmpty()).toBe(true);
});

test("an engine that is started anew is watched on, and one that stays away is given up", async () => {
  const { watch, state, end, tell } = start();
  state.running = true;
  watch.watch(endpoint);
  await vi.advanceTimersByTimeAsync(1000);
  state.isGone = true;
  end();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(watch.isEmpty()).toBe(false);
  state.isGone = false;
  await vi.advanceTimersByTimeAsync(10_000);
  const before = state.changes;
  tell();
  await vi.advanceTimersByTimeAsync(1000);
  expect([state.connects, state.changes]).toEqual([2, before + 1]);
  state.isGone = true;
  end();
  await vi.advanceTimersByTimeAsync(700_000);
  expect([watch.isEmpty(), state.empties]).toEqual([true, 1]);
});

test("the one that was asked for last is the last, and nothing goes on after the end", async () => {
  const { watch, state } = start();
  watch.watch(endpoint);
  watch.watch("unix:///other.sock");
  watch.watch(endpoint);
  expect(watch.endpoints()).toEqual(["unix:///other.sock", endpoint]);
  watch.close();
  await vi.advanceTimersByTimeAsync(200_000);
  expect([watch.isEmpty(), state.changes]).toEqual([true, 0]);
});
