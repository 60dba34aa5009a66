import { readFixedPort } from "@cspace/resolver";
import { expect, test } from "vitest";
import { createLinux, createMachine } from "./machine.ts";

test("rules of Windows know port 53 alone, those of macOS and Linux any", async () => {
  expect(await readFixedPort(createMachine({ platform: "win32" }))).toBe(53);
  expect(await readFixedPort(createMachine({ platform: "darwin" }))).toBeNull();
  expect(await readFixedPort(createLinux("hosts"))).toBeNull();
});

test("in WSL2 it is 53 where Windows reaches the DNS inside", async () => {
  const machine = createLinux("hosts");
  machine.write("proc/sys/kernel/osrelease", "6.6.87.2-microsoft-standard-WSL2\n");
  expect(await readFixedPort(machine)).toBeNull();
  machine.write("mnt/wsl/docker-desktop/x", "");
  expect(await readFixedPort(machine)).toBe(53);
});
