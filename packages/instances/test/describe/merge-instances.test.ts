import type { ListedInstance } from "@cspace/compose";
import type { HeldRoute } from "@cspace/daemon";
import { expect, test } from "vitest";
import { mergeInstances } from "../../src/describe/merge-instances.ts";

const names = { project: "shop", projectName: "Shop", directory: "/home/ada/shop" };
const record = (instance: string) => ({ ...names, instance, instanceName: instance });
const listed = (instance: string, state: ListedInstance["state"] = "running"): ListedInstance => ({
  ...record(instance),
  domain: "cspace.localhost",
  state,
  routes: [{ label: "api", service: "api", port: 3000, bindings: [], running: true, starting: false }],
  ports: [],
  states: [],
  services: ["api"],
  containers: [],
});
const held = (instance: string, ...routes: Partial<HeldRoute>[]) => ({
  record: record(instance),
  routes: routes.map(
    (route): HeldRoute => ({
      label: "web",
      command: "vite",
      port: 5173,
      host: "127.0.0.1",
      state: "up",
      error: null,
      askedPort: 5173,
      startedAt: 0,
      leased: false,
      ...route,
    }),
  ),
});

test("containers alone, processes alone, and both of one instance, by name", () => {
  const all = mergeInstances([listed("venus"), listed("mercury")], [held("mercury", {}), held("earth", {})]);
  expect(all.map(({ instance, engine, routes }) => [instance, engine, routes.map(({ label }) => label)])).toEqual([
    ["earth", "gateway", ["web"]],
    ["mercury", "mixed", ["api", "web"]],
    ["venus", "docker", ["api"]],
  ]);
});

test.each([
  ["up", true, false],
  ["running", true, false],
  ["starting", true, true],
  ["restarting", true, true],
  ["crash-loop", false, false],
  ["exited", false, false],
  ["failed", false, false],
  ["stopping", false, false],
] as const)("a process that is %s", (state, running, starting) => {
  const error = { code: "CSPACE_PROCESS_EXITED", message: "web ended with exit code 1\nno database", hint: null };
  const [one] = mergeInstances([], [held("mercury", { state, error, host: "::1" })]);
  expect(one?.routes).toEqual([
    {
      label: "web",
      service: "web",
      command: "vite",
      startedAt: 0,
      port: 5173,
      bindings: [{ hostIp: "::1", hostPort: 5173 }],
      running,
      starting,
      isProcess: true,
      listens: state === "up",
      reason: "web ended with exit code 1",
    },
  ]);
  expect(one?.state).toBe(running || state === "crash-loop" ? "running" : "stopped");
});

test("a process that was started lately may still compile its first page", () => {
  const at = (now: number) => mergeInstances([], [held("mercury", { state: "up", startedAt: 0 })], now)[0]?.routes[0];
  expect([at(119_000)?.starting, at(121_000)?.starting]).toEqual([true, false]);
});

test.each([
  ["running", "running", "up"],
  ["partial", "running", "failed"],
  ["partial", "stopped", "up"],
  ["partial", "partial", "up"],
  ["stopped", "stopped", "failed"],
] as const)("%s: containers that are %s, a process that is %s", (state, containers, process) => {
  const [one] = mergeInstances([listed("mercury", containers)], [held("mercury", { state: process })]);
  expect(one?.state).toBe(state);
});

test("of several processes some run", () => {
  const [one] = mergeInstances([], [held("mercury", { label: "a" }, { label: "b", state: "exited" })]);
  expect(one?.state).toBe("partial");
});
