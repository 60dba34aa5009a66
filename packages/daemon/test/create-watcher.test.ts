import type { DockerEngine } from "@cspace/compose";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createWatcher } from "../src/watch/create-watcher.ts";

const request = { project: "shop", instance: "mercury", labels: ["web", "api"], endpoint: "unix:///engine.sock" };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function engineWith(count: () => number): DockerEngine {
  const labels = {
    "cspace.managed": "true",
    "cspace.spec": "1",
    "cspace.project": "shop",
    "cspace.instance": "mercury",
    "cspace.project.name": "shop",
    "cspace.instance.name": "mercury",
    "cspace.directory": "/shop",
    "cspace.domain": "cspace.local",
    "cspace.route.web": "3000",
    "com.docker.compose.project": "shop--mercury",
    "com.docker.compose.service": "web",
  };
  const container = { Id: "1", Names: ["/w"], Image: "i", State: "running", Status: "Up", Labels: labels, Ports: [] };
  return { listContainers: async () => Array(count()).fill(container) } as unknown as DockerEngine;
}

test("it watches as long as the instance has containers, and an engine that is silent proves nothing", async () => {
  let [containers, isSilent, changes] = [1, false, 0];
  const watcher = createWatcher({
    env: {},
    platform: "linux",
    onChange: () => {
      changes += 1;
    },
    connect: async () => {
      if (isSilent) throw new Error("no engine");
      return engineWith(() => containers);
    },
  });
  expect(watcher.isEmpty()).toBe(true);
  watcher.watch(request);
  watcher.watch(request);
  expect(watcher.watches()).toEqual([request]);
  expect(watcher.routes()).toMatchObject([
    { label: "web", instance: "mercury", project: "shop", upstream: null, waiting: expect.any(String) },
    { label: "api" },
  ]);
  await vi.advanceTimersByTimeAsync(10_000);
  isSilent = true;
  containers = 0;
  await vi.advanceTimersByTimeAsync(10_000);
  expect([watcher.isEmpty(), changes]).toEqual([false, 2]);
  isSilent = false;
  await vi.advanceTimersByTimeAsync(10_000);
  expect([watcher.isEmpty(), watcher.routes(), changes]).toEqual([true, [], 3]);
  expect(vi.getTimerCount()).toBe(0);
});

test("closed, it leaves no timer", () => {
  const watcher = createWatcher({ env: {}, platform: "linux", onChange: () => undefined });
  watcher.watch(request);
  watcher.close();
  expect(vi.getTimerCount()).toBe(0);
});
