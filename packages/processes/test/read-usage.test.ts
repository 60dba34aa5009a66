import { spawn } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import { readUsage, thisSystem } from "@cspace/processes";
import { expect, onTestFinished, test } from "vitest";

const burn = "const end = Date.now() + 600; while (Date.now() < end); setInterval(() => {}, 1000)";

test.skipIf(process.platform === "win32")("a group's time and memory, its children's too", async () => {
  const child = spawn("sh", ["-c", `${process.execPath} -e '${burn}' & wait`], { detached: true, stdio: "ignore" });
  onTestFinished(() => void process.kill(-(child.pid as number), "SIGKILL"));
  await setTimeout(1500);
  const used = await readUsage(child.pid as number, thisSystem);
  expect(used?.cpuMs).toBeGreaterThan(300);
  expect(used?.memoryBytes).toBeGreaterThan(10_000_000);
});

test("what ps tells on macOS", async () => {
  const run = async (_: string, args: readonly string[]) =>
    args.includes("-A")
      ? {
          exitCode: 0,
          stdout: "  10     1    10 S  Mon Nov 30 10:00:00 2026\n  11    10    10 S  Mon Nov 30 10:00:00 2026\n",
        }
      : { exitCode: 0, stdout: " 1000    0:01.50\n 2000 1-02:00:03\n" };
  const system = { ...thisSystem, platform: "darwin" as const, run };
  expect(await readUsage(10, system)).toEqual({ cpuMs: 1500 + (26 * 3600 + 3) * 1000, memoryBytes: 3000 * 1024 });
});

test("nothing of a group that is gone, and null where nobody tells", async () => {
  expect(await readUsage(2 ** 22 + 1, thisSystem)).toEqual({ cpuMs: 0, memoryBytes: 0 });
  expect(await readUsage(1, { ...thisSystem, platform: "win32" })).toBeNull();
});
