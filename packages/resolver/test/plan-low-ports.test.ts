import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderCommands } from "@cspace/plan";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { type LowPortsPlace, planLowPorts, planLowPortsRemoval } from "../src/plan/plan-low-ports.ts";

let place: LowPortsPlace;

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), "cspace-ports-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  place = { current: join(folder, "current"), file: join(folder, "60-cspace.conf") };
  writeFileSync(place.current, "1024\n");
});

test("the file is written and loaded, and both are taken back", async () => {
  const plan = await planLowPorts("linux", place);
  expect(plan.steps).toMatchObject([
    { kind: "file", path: place.file, before: null, needsRoot: true },
    { kind: "command", after: `sysctl -p ${place.file}\n`, needsRoot: true },
  ]);
  const content = plan.steps[0]?.after as string;
  expect(content).toMatch(/^net\.ipv4\.ip_unprivileged_port_start = 53$/m);
  writeFileSync(place.file, content);
  expect((await planLowPortsRemoval("linux", place)).steps).toMatchObject([
    { kind: "remove", path: place.file, before: content, after: null },
    { kind: "command", after: "sysctl -w net.ipv4.ip_unprivileged_port_start=1024\nsysctl --system\n" },
  ]);
});

test("a file that is there and was not loaded is loaded", async () => {
  writeFileSync(place.file, (await planLowPorts("linux", place)).steps[0]?.after as string);
  const { steps } = await planLowPorts("linux", place);
  expect(renderCommands({ version: 1, steps })).toEqual([`sudo sysctl -p ${place.file}`]);
});

test.each(["0\n", "53\n"])("nothing is changed where every user has them already: %j", async (current) => {
  writeFileSync(place.current, current);
  expect((await planLowPorts("linux", place)).steps).toEqual([]);
});

test("what somebody has changed is theirs", async () => {
  writeFileSync(place.file, "net.ipv4.ip_unprivileged_port_start = 80\n");
  await expect(planLowPorts("linux", place)).rejects.toMatchObject({ code: "CSPACE_RESOLVER_FOREIGN" });
  expect((await planLowPortsRemoval("linux", place)).steps).toEqual([]);
  expect(readFileSync(place.file, "utf8")).toContain("80");
});

test("other systems have no such setting", async () => {
  expect((await planLowPorts("darwin", place)).steps).toEqual([]);
  expect((await planLowPortsRemoval("win32", place)).steps).toEqual([]);
});
