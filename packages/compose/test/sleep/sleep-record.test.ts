import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  dropSleep,
  forgetSleep,
  homePaths,
  readIdlePolicies,
  readIdlePolicy,
  readSleep,
  readSleeps,
  type SleepRecord,
  writeIdlePolicy,
} from "@cspace/compose";
import { expect, onTestFinished, test } from "vitest";
import { writeSleep } from "../../src/sleep/sleep-record.ts";

function home() {
  const folder = mkdtempSync(join(tmpdir(), "cspace-sleep-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return homePaths({ env: { CSPACE_HOME: folder } });
}

const names = { project: "shop", instance: "mercury" };
const record: SleepRecord = {
  ...names,
  since: "2026-01-01T00:00:00.000Z",
  form: "stop",
  endpoint: "unix:///var/run/docker.sock",
  savedBytes: 1000,
  containers: [{ id: "a", service: "web" }],
  routes: [{ label: "web", service: "web", port: 3000 }],
  processes: [],
};

test("how an instance sleeps is kept until it is awake", async () => {
  const paths = home();
  expect([await readSleep(paths, names), await readSleeps(paths), await forgetSleep(paths, names)]).toEqual([
    undefined,
    [],
    false,
  ]);
  await writeSleep(paths, record);
  await writeSleep(paths, { ...record, instance: "venus" });
  expect(await readSleep(paths, names)).toEqual(record);
  expect(await readSleeps(paths)).toHaveLength(2);
  expect(await forgetSleep(paths, names)).toBe(true);
  expect(await readSleeps(paths)).toMatchObject([{ instance: "venus" }]);
});

test("when it sleeps by itself is kept, and told whether that is new", async () => {
  const paths = home();
  const policy = { ...names, idleMs: 1000, form: "pause", endpoint: null } as const;
  expect(await writeIdlePolicy(paths, { ...policy, idleMs: null })).toBe(false);
  expect(await writeIdlePolicy(paths, policy)).toBe(true);
  expect(await writeIdlePolicy(paths, policy)).toBe(false);
  expect(await readIdlePolicies(paths)).toEqual([policy]);
  expect(await writeIdlePolicy(paths, { ...policy, form: "stop" })).toBe(true);
  expect(await writeIdlePolicy(paths, { ...policy, idleMs: null })).toBe(true);
  expect(await readIdlePolicy(paths, names)).toBeUndefined();
  await writeIdlePolicy(paths, policy);
  await writeSleep(paths, record);
  await dropSleep(paths, names);
  expect([await readIdlePolicies(paths), await readSleeps(paths)]).toEqual([[], []]);
});

test("what cannot be read, or is of another instance, is as if it were not there", async () => {
  const paths = home();
  await writeSleep(paths, record);
  writeFileSync(join(paths.instances, "shop/mercury/asleep.json"), "{ half");
  expect(await readSleep(paths, names)).toBeUndefined();
  writeFileSync(join(paths.instances, "shop/mercury/asleep.json"), JSON.stringify({ ...record, instance: "venus" }));
  expect(await readSleeps(paths)).toEqual([]);
});
