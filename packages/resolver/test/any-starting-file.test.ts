import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isCspaceError } from "@cspace/errors";
import type { Plan } from "@cspace/plan";
import { applyResolverPlan, planRemoval, planResolver, type ResolverState, readResolver } from "@cspace/resolver";
import { array, assert, asyncProperty, constantFrom, oneof, option, record, string, uint8Array } from "fast-check";
import { expect, test } from "vitest";
import { createLinux, createMachine, type linuxMachines, restart, type TestMachine } from "./machine.ts";

const rule = { domains: ["cspace.local", "cspace.test"], port: 5300, names: ["dev.mercury.notes.cspace.local"] };

/** Where a kind keeps its rule, and a neighbour that is somebody else's. */
const places = {
  "systemd-resolved": ["etc/systemd/resolved.conf.d/cspace.conf", "etc/systemd/resolved.conf.d/user.conf"],
  "dns-delegate": ["etc/systemd/dns-delegate.d/cspace.dns-delegate", "etc/systemd/dns-delegate.d/user.dns-delegate"],
  networkmanager: ["etc/NetworkManager/dnsmasq.d/cspace.conf", "etc/NetworkManager/dnsmasq.d/user.conf"],
  dnsmasq: ["etc/dnsmasq.d/cspace.conf", "etc/dnsmasq.d/user.conf"],
  macos: ["etc/resolver/cspace.local", "etc/resolver/test"],
  hosts: ["etc/hosts", "etc/hosts.allow"],
} as const;
type Kind = keyof typeof places;

const lines = constantFrom(
  ...["127.0.0.1 localhost", "# begin other", "# begin cspace", "# end cspace", "\ufeff", "nameserver 127.0.0.1"],
  ...["server=/corp.example/192.0.2.1", "[Resolve]", "DNS=127.0.0.1", "\n", "\r\n", "\r", "\u2028", "'", "\\n", "%s"],
);
const content = oneof(
  { weight: 3, arbitrary: array(oneof(lines, string({ unit: "binary" }))).map((parts) => Buffer.from(parts.join(""))) },
  { weight: 1, arbitrary: uint8Array().map((bytes) => Buffer.from(bytes)) },
);
/** A rule's own path is mostly free; hosts files are mostly there. */
const start = (kind: Kind) =>
  record({
    own: option(content, { nil: undefined, freq: kind === "hosts" ? 9 : 2 }),
    neighbour: option(content, { nil: undefined }),
  });

const refusals = ["CSPACE_RESOLVER_FOREIGN", "CSPACE_RESOLVER_DAMAGED", "CSPACE_FILE_UNREADABLE"];

test.each(Object.keys(places) as Kind[])(
  "%s: whatever stands there, installing twice is installing once, and removing gives every byte back",
  { timeout: 120_000 },
  async (kind) => {
    let installed = 0;
    const attempt = async ({ own, neighbour }: { own: Buffer | undefined; neighbour: Buffer | undefined }) => {
      const machine = create(kind, [own, neighbour]);
      const before = machine.snapshot();
      const plan = await read(machine)
        .then((states) => planResolver(states, rule))
        .catch(refused);
      if (plan === undefined) {
        expect(machine.snapshot()).toEqual(before);
        return;
      }
      installed += 1;
      await apply(machine, plan);
      const once = machine.snapshot();
      expect(once).not.toEqual(before);
      await apply(machine, plan);
      expect(machine.snapshot()).toEqual(once);
      if (kind !== "hosts" && kind !== "macos") restart(machine);
      const states = await read(machine);
      expect(planResolver(states, rule).steps).toEqual([]);
      await apply(machine, planRemoval(states));
      expect(machine.snapshot()).toEqual(before);
    };
    const free = { own: undefined, neighbour: undefined };
    await assert(asyncProperty(start(kind), attempt), { numRuns: kind === "hosts" ? 40 : 15, examples: [[free]] });
    expect(installed).toBeGreaterThan(0);
  },
);

function create(kind: Kind, contents: readonly (Buffer | undefined)[]): TestMachine {
  const machine =
    kind === "macos" ? createMachine({ platform: "darwin" }) : createLinux(kind as keyof typeof linuxMachines);
  for (const [index, bytes] of contents.entries()) {
    const path = places[kind][index] as string;
    if (bytes === undefined) continue;
    machine.write(path, "");
    writeFileSync(join(machine.root, path), bytes);
  }
  return machine;
}

const read = (machine: TestMachine): Promise<readonly ResolverState[]> =>
  readResolver({ ...machine, domains: rule.domains });

const apply = (machine: TestMachine, plan: Plan): Promise<void> =>
  applyResolverPlan(plan, { run: machine.run, elevate: [] });

function refused(error: unknown): undefined {
  if (!isCspaceError(error) || !refusals.includes(error.code)) throw error;
}
