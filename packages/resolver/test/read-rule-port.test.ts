import { applyResolverPlan, planResolver, readResolver, readRulePort } from "@cspace/resolver";
import { expect, test } from "vitest";
import { createLinux, createMachine } from "./machine.ts";

test.each(["systemd-resolved", "dns-delegate", "networkmanager", "dnsmasq", "macos"] as const)("%s", async (kind) => {
  const machine = kind === "macos" ? createMachine({ platform: "darwin" }) : createLinux(kind);
  expect(await readRulePort(machine)).toBeNull();
  const plan = planResolver(await readResolver(machine), { domains: ["cspace.local"], port: 5301 });
  await applyResolverPlan(plan, { run: machine.run, elevate: [] });
  expect(await readRulePort(machine)).toBe(5301);
});

test("a foreign file and Windows tell nothing", async () => {
  const machine = createMachine({ platform: "darwin" });
  machine.write("etc/resolver/cspace.local", "nameserver 192.0.2.1\nport 99\n");
  expect(await readRulePort(machine)).toBeNull();
  expect(await readRulePort({ platform: "win32" })).toBeNull();
});
