import type { EngineDiskUsage } from "@cspace/compose";
import { expect, test } from "vitest";
import { type GarbageFacts, planGarbage } from "../src/gc/plan-garbage.ts";

const day = 86_400_000;
const now = Date.parse("2026-06-01T00:00:00Z");
const own = { "com.docker.compose.project": "shop--mercury" };
const usage: EngineDiskUsage = {
  images: [
    { names: ["shop--mercury-web:latest"], bytes: 100 },
    { names: ["shop--mercury-api:latest", "theirs/api:1"], bytes: 1000 },
    { names: ["shop--mercury2-web:latest"], bytes: 10_000 },
    { names: [], bytes: 5 },
  ],
  volumes: [
    { name: "old", bytes: 7, createdAt: "2026-01-01T00:00:00Z", labels: own },
    { name: "new", bytes: 70, createdAt: "2026-05-31T00:00:00Z", labels: own },
    { name: "unknown", bytes: null, createdAt: null, labels: own },
    { name: "other", bytes: 700, createdAt: null, labels: {} },
  ],
};
const facts: GarbageFacts = {
  record: {
    project: "shop",
    instance: "mercury",
    projectName: "shop",
    instanceName: "mercury",
    directory: "/src/gone",
  },
  containers: [],
  processes: [],
  usage,
  networks: [{ Id: "n", Name: "shop--mercury_default", Driver: "bridge", Labels: own }],
  usedAt: null,
  logBytes: 3,
};
const going = (choice: Parameters<typeof planGarbage>[1], more = {}): string[] =>
  planGarbage({ ...facts, ...more }, choice, now).volumes.flatMap(({ name, goes }) => (goes ? name : []));

test("what is its own goes; an image with somebody else's name frees nothing", () => {
  const planned = planGarbage(facts, {}, now);
  expect(planned).toMatchObject({ networks: ["shop--mercury_default"], bytes: 100, usedAt: null });
  expect(planned.images).toEqual([
    { name: "shop--mercury-web:latest", bytes: 100 },
    { name: "shop--mercury-api:latest", bytes: 0 },
  ]);
});

test("volumes go when they are asked for, or nobody has used them for so long; one of unknown age stays", () => {
  expect(going({})).toEqual([]);
  expect(going({ volumes: true })).toEqual(["old", "new", "unknown"]);
  expect(planGarbage(facts, { volumes: true }, now).bytes).toBe(100 + 7 + 70 + 3);
  expect(going({ keepVolumesMs: 30 * day })).toEqual(["old"]);
  // It ran yesterday, however old they are.
  expect(going({ keepVolumesMs: 30 * day }, { usedAt: now - day })).toEqual([]);
  expect(going({ keepVolumesMs: 30 * day }, { usedAt: now - 31 * day })).toEqual(["old", "unknown"]);
});
