import { expect, test } from "vitest";
import { defaultBackoff, planRestart } from "../src/plan-restart.ts";
import { deriveState, type ProcessFacts } from "../src/process-state.ts";

const failed = { code: 1, signal: null };

test("the wait doubles up to its bound, and begins anew after a run that was well", () => {
  const delays: (number | null)[] = [];
  let shortRuns = 0;
  for (const ranMs of [10, 10, 10, 10, 10, 10, 10, 10, 30_000, 10]) {
    const plan = planRestart({ exit: failed, ranMs, shortRuns }, "always", defaultBackoff);
    delays.push(plan.delayMs);
    shortRuns = plan.shortRuns;
  }
  expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 500, 1_000]);
});

test("a thousand short runs give no number that is none", () => {
  expect(planRestart({ exit: failed, ranMs: 1, shortRuns: 5_000 }, "always", defaultBackoff).delayMs).toBe(30_000);
});

test.each([
  ["no", null, false],
  ["on-failure", { code: 0, signal: null }, false],
  ["on-failure", { code: null, signal: "SIGKILL" }, true],
  ["on-failure", null, true],
  ["always", { code: 0, signal: null }, true],
] as const)("%s after %j: %s", (policy, exit, again) => {
  expect(planRestart({ exit, ranMs: 1, shortRuns: 0 }, policy, defaultBackoff).delayMs !== null).toBe(again);
});

const facts: ProcessFacts = {
  pid: 7,
  address: null,
  hadItsTime: false,
  exit: null,
  isOver: false,
  isAwaited: false,
  isLooping: false,
  stop: "no",
};
const address = { port: 1, host: "127.0.0.1", family: 4 } as const;

test.each<[string, Partial<ProcessFacts>]>([
  ["starting", {}],
  ["starting", { pid: null }],
  ["starting", { pid: null, hadItsTime: true }],
  ["up", { address, hadItsTime: true }],
  ["running", { hadItsTime: true }],
  ["exited", { isOver: true, exit: { code: 0, signal: null } }],
  ["failed", { isOver: true, exit: failed }],
  ["failed", { isOver: true }],
  ["restarting", { isOver: true, isAwaited: true, exit: failed }],
  ["crash-loop", { isOver: true, isAwaited: true, isLooping: true }],
  ["stopping", { stop: "asked", address }],
  ["stopped", { stop: "done", isOver: true }],
])("%s", (state, changed) => expect(deriveState({ ...facts, ...changed })).toBe(state));
