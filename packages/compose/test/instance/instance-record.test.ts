import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type HomePaths,
  homePaths,
  instanceFolder,
  readRecordedInstances,
  readRecords,
  renderOverride,
} from "@cspace/compose";
import { describe, expect, test } from "vitest";
import {
  forgetInstance,
  keepRecordOnly,
  readReservedSubnets,
  writeOverride,
} from "../../src/instance/instance-record.ts";
import { renderRecord } from "../../src/instance/render-override.ts";
import { temporaryDirectory } from "../temporary-directory.ts";
import { aPlan, record } from "./a-plan.ts";

const names = { project: "resume-redux", instance: "mercury" };
const override = await renderOverride(aPlan(), { record, subnets: { default: "10.213.0.64/26" } });

async function homeWith(text?: string): Promise<HomePaths> {
  const paths = homePaths({ env: { CSPACE_HOME: await temporaryDirectory() } });
  if (text !== undefined) await writeOverride(paths, names, text);
  return paths;
}

test("what is written is read again, and is the user's alone", async () => {
  const paths = await homeWith(override);
  expect(await readRecords(paths, "resume-redux")).toEqual([record]);
  expect(await readReservedSubnets(paths)).toEqual(["10.213.0.64/26"]);
  expect((await stat(join(instanceFolder(paths, names), "compose.override.yml"))).mode & 0o777).toBe(0o600);
});

test("what was started is known without the engine: its routes, but not where they are", async () => {
  const paths = await homeWith(override);
  const routes = [{ label: "dev", service: "app", port: 3000, bindings: null, running: false, starting: false }];
  const known = [{ ...record, routes }];
  expect(await readRecordedInstances(paths)).toEqual(known);
  expect(await readRecordedInstances(paths, "resume-redux")).toEqual(known);
  expect(await readRecordedInstances(paths, "other")).toEqual([]);
  await keepRecordOnly(paths, names);
  expect(await readRecordedInstances(paths)).toEqual([]);
});

test("names that look like Compose's variables come back as they were", async () => {
  const odd = { ...record, directory: "/home/ada/$HOME/$$/${x", instanceName: "a$b" };
  expect(await readRecords(await homeWith(await renderRecord(odd)), "resume-redux")).toEqual([odd]);
});

test("a home without instances knows none", async () => {
  const paths = await homeWith();
  expect(await readRecords(paths, "resume-redux")).toEqual([]);
  expect(await readReservedSubnets(paths)).toEqual([]);
});

test("a record alone promises no subnets", async () => {
  const paths = await homeWith(override);
  await keepRecordOnly(paths, names);
  expect(await readRecords(paths, "resume-redux")).toEqual([record]);
  expect(await readReservedSubnets(paths)).toEqual([]);
  await forgetInstance(paths, names);
  expect(await readRecords(paths, "resume-redux")).toEqual([]);
});

describe("a file that was cut off", () => {
  test("at any byte, is a whole record or none", async () => {
    const paths = await homeWith(override);
    const path = join(instanceFolder(paths, names), "compose.override.yml");
    const whole = await readFile(path);
    for (let length = 0; length < whole.length; length += 7) {
      await writeFile(path, whole.subarray(0, length));
      const records = await readRecords(paths, "resume-redux");
      expect(records.filter((one) => Object.keys(one).length < 5 && one.instance !== names.instance)).toEqual([]);
      await readReservedSubnets(paths);
      await readRecordedInstances(paths);
    }
  });
});

describe("a file that was edited", () => {
  test.each([
    "",
    "just words",
    "[]",
    "x-cspace: 7",
    "x-cspace:\n  directory: [a]\n  instance: mercury\n",
    "x-cspace:\n  directory: /a\n  instance: venus\n",
    "x-cspace:\n  directory: /a\n  instance: mercury\n",
    "x-cspace: {directory: /a, instance: mercury, project: other, projectName: o, instanceName: m}",
    "a: b: c",
  ])("beyond recognition: %j", async (text) => {
    expect(await readRecords(await homeWith(text), "resume-redux")).toEqual([]);
  });

  test.each([
    "networks: x",
    "networks: [a, b]",
    "networks: {default: }",
    "networks: {default: {ipam: x}}",
    "networks: {default: {ipam: {config: x}}}",
    "networks: {default: {ipam: {config: [null, 7, {subnet: 7}, {}]}}}",
  ])("in its networks: %s", async (text) => {
    expect(await readReservedSubnets(await homeWith(text))).toEqual([]);
  });
});

test.each([
  "services: x",
  "services: [a]",
  "services: {app: }",
  "services: {app: {labels: x}}",
  "services: {app: {labels: {cspace.route.dev: 0}}}",
])("a file that was edited in its services gives no routes: %s", async (text) => {
  const all = await readRecordedInstances(await homeWith(`${await renderRecord(record)}${text}\n`));
  expect(all.flatMap(({ routes }) => routes)).toEqual([]);
});

test("files beside the folders are no instances", async () => {
  const paths = await homeWith(override);
  await writeFile(join(paths.instances, "notes.txt"), "");
  await writeFile(join(paths.instances, "resume-redux/notes.txt"), "");
  await mkdir(join(paths.instances, "resume-redux/venus"));
  expect(await readRecords(paths, "resume-redux")).toEqual([record]);
  expect(await readReservedSubnets(paths)).toEqual(["10.213.0.64/26"]);
});
