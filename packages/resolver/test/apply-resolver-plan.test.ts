import { chmodSync, existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Plan, RunCommand } from "@cspace/plan";
import { applyResolverPlan, planRemoval, planResolver, type ResolverState, readResolver } from "@cspace/resolver";
import { describe, expect, test } from "vitest";
import { createLinux, createMachine, linuxMachines, restart, type TestMachine } from "./machine.ts";

const rule = { domains: ["cspace.local", "cspace.test"], port: 5300, names: ["dev.mercury.notes.cspace.local"] };
const kinds = [...(Object.keys(linuxMachines) as (keyof typeof linuxMachines)[]), "macos" as const];

function create(kind: (typeof kinds)[number]): TestMachine {
  return kind === "macos" ? createMachine({ platform: "darwin" }) : createLinux(kind);
}

const read = (machine: TestMachine): Promise<readonly ResolverState[]> =>
  readResolver({ ...machine, domains: rule.domains });

const apply = (machine: TestMachine, plan: Plan, run: RunCommand = machine.run): Promise<void> =>
  applyResolverPlan(plan, { run, elevate: [] });

describe.each(kinds)("%s", (kind) => {
  test("install, again, uninstall: in place, nothing to do, every byte as before", async () => {
    const machine = create(kind);
    machine.write("etc/hosts", "127.0.0.1 localhost");
    const before = machine.snapshot();
    const states = await read(machine);
    expect(states[0]?.kind).toBe(kind);
    await apply(machine, planResolver(states, rule));
    if (kind !== "macos" && kind !== "hosts") restart(machine);

    const installed = await read(machine);
    const found = installed[0]?.rules.filter((one) => one.kind === kind) ?? [];
    expect(found.flatMap(({ domains }) => domains).sort()).toEqual(kind === "hosts" ? [] : rule.domains);
    expect(found.flatMap(({ names }) => names)).toEqual(kind === "hosts" ? rule.names : []);
    expect(planResolver(installed, rule).steps).toEqual([]);

    await apply(machine, planRemoval(installed));
    expect(machine.snapshot()).toEqual(before);
  });

  test("one rule for several domains follows the port, and drops a domain", async () => {
    const machine = create(kind);
    await apply(machine, planResolver(await read(machine), rule));
    const changed = { domains: ["cspace.test"], port: 53, names: ["a.b.c.cspace.test"] };
    await apply(machine, planResolver(await read(machine), changed));
    const [state] = await read(machine);
    expect(state?.rules).toEqual([
      kind === "hosts"
        ? { kind, domains: [], port: null, names: ["a.b.c.cspace.test"] }
        : { kind, domains: ["cspace.test"], port: 53, names: [] },
    ]);
  });

  test("killed between any two programs: the next run mends it, and uninstall still gives every byte back", async () => {
    const counted = create(kind);
    let total = 0;
    await apply(counted, planResolver(await read(counted), rule), (...call) => {
      total += 1;
      return counted.run(...call);
    });
    expect(total).toBeGreaterThan(2);
    for (let survived = 0; survived < total; survived += 1) {
      const machine = create(kind);
      const before = machine.snapshot();
      const plan = planResolver(await read(machine), rule);
      await killedAfter(survived, machine, plan);
      for (const { path, kind: stepKind, before: old, after } of plan.steps) {
        if (stepKind === "file") expect([old, after]).toContain(readOrNull(path));
      }

      const again = planResolver(await read(machine), rule);
      if (kind !== "hosts" && kind !== "macos") expect(again.steps.at(-1)?.kind).toBe("command");
      await apply(machine, again);
      const [state] = await read(machine);
      expect(state?.rules.some((one) => one.kind === kind)).toBe(true);
      expect(readdirSync(machine.root, { recursive: true }).filter((name) => `${name}`.includes("cspace-new"))).toEqual(
        [],
      );

      const removal = planRemoval(await read(machine));
      let removed = 0;
      await killedAfter(survived % 3, machine, removal, () => {
        removed += 1;
      });
      const rest = planRemoval(await read(machine));
      await apply(machine, rest);
      if (kind !== "hosts" && kind !== "macos" && removed < 3) {
        expect(machine.calls.filter((call) => /restart|reload/.test(call)).length).toBeGreaterThan(0);
      }
      expect(machine.snapshot()).toEqual(before);
    }
  });

  test("killed while it installs, then uninstalled: every byte as before", async () => {
    for (let survived = 0; survived < 6; survived += 1) {
      const machine = create(kind);
      const before = machine.snapshot();
      await killedAfter(survived, machine, planResolver(await read(machine), rule));
      await apply(machine, planRemoval(await read(machine)));
      expect(machine.snapshot()).toEqual(before);
    }
  });

  test("refused at any program: everything is as it was, and the error says so", async () => {
    for (let allowed = 0; allowed < 6; allowed += 1) {
      const machine = create(kind);
      const before = machine.snapshot();
      let count = 0;
      let refused = false;
      const run: RunCommand = async (file, args, options) => {
        if (count === allowed) refused = true;
        count += 1;
        if (count - 1 !== allowed) return machine.run(file, args, options);
        return { exitCode: 1, stdout: "", stderr: `${file}: Permission denied` };
      };
      const plan = planResolver(await read(machine), rule);
      const outcome = await apply(machine, plan, run).catch((error: unknown) => error);
      if (!refused) continue;
      expect(outcome).toMatchObject({
        code: "CSPACE_PLAN_FAILED",
        message: expect.stringContaining("Permission denied"),
      });
      expect(outcome).toMatchObject({ message: expect.stringContaining("nothing is changed") });
      expect(machine.snapshot()).toEqual(before);
    }
  });

  test("the machine changed since the plan: nothing is done", async () => {
    const machine = create(kind);
    const plan = planResolver(await read(machine), rule);
    const step = plan.steps.find(({ kind: stepKind }) => stepKind === "file");
    machine.write((step?.path ?? "").slice(machine.root.length + 1), "somebody else was faster\n");
    const before = machine.snapshot();
    await expect(apply(machine, plan)).rejects.toMatchObject({ code: "CSPACE_PLAN_STALE" });
    expect(machine.snapshot()).toEqual(before);
  });
});

function readOrNull(path: string): string | null {
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

/** Lets so many programs run, then never goes on: what is left is what a killed process leaves. */
async function killedAfter(survived: number, machine: TestMachine, plan: Plan, onRun?: () => void): Promise<void> {
  let count = 0;
  await new Promise<void>((resolve) => {
    const run: RunCommand = (...call) => {
      count += 1;
      if (count > survived) {
        resolve();
        return new Promise(() => {});
      }
      onRun?.();
      return machine.run(...call);
    };
    apply(machine, plan, run).then(resolve, resolve);
  });
}

describe("files that are somebody else's", () => {
  test.each([
    ["systemd-resolved", "etc/systemd/resolved.conf.d/cspace.conf", "[Resolve]\nDNS=192.0.2.1\n"],
    ["dnsmasq", "etc/dnsmasq.d/cspace.conf", "server=/cspace.local/192.0.2.1\n"],
    ["networkmanager", "etc/NetworkManager/dnsmasq.d/cspace.conf", "# empty\n"],
    ["dns-delegate", "etc/systemd/dns-delegate.d/cspace.dns-delegate", ""],
    ["macos", "etc/resolver/cspace.local", "nameserver 192.0.2.1\n"],
  ] as const)("%s: named, not overwritten, not removed", async (kind, path, text) => {
    const machine = create(kind);
    machine.write(path, text);
    const states = await read(machine);
    const refusal = expect.objectContaining({
      code: "CSPACE_RESOLVER_FOREIGN",
      message: expect.stringContaining(path),
    });
    expect(() => planResolver(states, rule)).toThrow(refusal);
    expect(() => planRemoval(states)).toThrow(refusal);
  });

  test("a rule that was edited is not cspace's any more", async () => {
    const machine = createLinux("systemd-resolved");
    await apply(machine, planResolver(await read(machine), rule));
    const path = "etc/systemd/resolved.conf.d/cspace.conf";
    machine.write(path, `${readFileSync(join(machine.root, path), "utf8")}DNSSEC=yes\n`);
    const states = await read(machine);
    expect(() => planResolver(states, rule)).toThrow(expect.objectContaining({ code: "CSPACE_RESOLVER_FOREIGN" }));
  });

  test("a link where the rule would be is refused, even one that leads nowhere", async () => {
    const machine = createMachine({ platform: "darwin" });
    machine.write("etc/resolver/other", "nameserver 192.0.2.1\n");
    symlinkSync("/nowhere", join(machine.root, "etc/resolver/cspace.local"));
    const states = await read(machine);
    expect(() => planResolver(states, rule)).toThrow(expect.objectContaining({ code: "CSPACE_RESOLVER_FOREIGN" }));
  });

  test("a link to what cspace might have written is refused as well", async () => {
    const machine = createMachine({ platform: "darwin" });
    machine.write("etc/resolver/real", "nameserver 127.0.0.1\n");
    symlinkSync("real", join(machine.root, "etc/resolver/cspace.local"));
    const states = await read(machine);
    expect(() => planResolver(states, rule)).toThrow(expect.objectContaining({ code: "CSPACE_RESOLVER_FOREIGN" }));
    expect(() => planRemoval(states)).toThrow(expect.objectContaining({ code: "CSPACE_RESOLVER_FOREIGN" }));
  });

  test("what a killed run left beside a rule that is in place goes with the next one", async () => {
    const machine = createLinux("dnsmasq");
    await apply(machine, planResolver(await read(machine), rule));
    restart(machine);
    const before = machine.snapshot();
    machine.write("etc/dnsmasq.d/.cspace.conf.cspace-new", "half a li");
    await apply(machine, planResolver(await read(machine), rule));
    expect(machine.snapshot()).toEqual(before);
  });

  test("a directory that has other files stays", async () => {
    const machine = createMachine({ platform: "darwin" });
    machine.write("etc/resolver/test", "nameserver 127.0.0.1\n");
    const before = machine.snapshot();
    await apply(machine, planResolver(await read(machine), rule));
    await apply(machine, planRemoval(await read(machine)));
    expect(machine.snapshot()).toEqual(before);
  });
});

describe("/etc/hosts", () => {
  test("a linked file is written where the link leads, and the link stays", async () => {
    const machine = createLinux("hosts");
    machine.write("etc/static/hosts", "127.0.0.1 localhost\n");
    const { rmSync } = await import("node:fs");
    rmSync(join(machine.root, "etc/hosts"));
    symlinkSync("static/hosts", join(machine.root, "etc/hosts"));
    const before = machine.snapshot();
    await apply(machine, planResolver(await read(machine), rule));
    expect(machine.snapshot().hosts).toBe(before.hosts);
    expect(readFileSync(join(machine.root, "etc/static/hosts"), "utf8")).toContain(rule.names[0]);
    await apply(machine, planRemoval(await read(machine)));
    expect(machine.snapshot()).toEqual(before);
  });

  test("mode and foreign lines stay, with 10,000 of them", async () => {
    const machine = createLinux("hosts");
    const lines = Array.from({ length: 10_000 }, (_, index) => `10.0.${index >> 8}.${index & 255} host-${index}\r\n`);
    machine.write("etc/hosts", lines.join(""));
    chmodSync(join(machine.root, "etc/hosts"), 0o664);
    const before = machine.snapshot();
    await apply(machine, planResolver(await read(machine), rule));
    expect(machine.snapshot().hosts?.slice(0, 3)).toBe("664");
    await apply(machine, planRemoval(await read(machine)));
    expect(machine.snapshot()).toEqual(before);
  });

  test("what is not UTF-8 is not touched", async () => {
    const machine = createLinux("hosts");
    const { writeFileSync } = await import("node:fs");
    writeFileSync(join(machine.root, "etc/hosts"), Buffer.from([0x31, 0xff, 0x0a]));
    await expect(read(machine)).rejects.toMatchObject({ code: "CSPACE_FILE_UNREADABLE" });
  });

  test("the rule of a resolver that is not in use any more goes when another is installed", async () => {
    const machine = createLinux("hosts");
    await apply(machine, planResolver(await read(machine), rule));
    machine.write("etc/resolv.conf", "nameserver 127.0.0.53\n");
    for (const [path, text] of Object.entries(linuxMachines["systemd-resolved"].files)) machine.write(path, text);
    await apply(machine, planResolver(await read(machine), rule));
    const [state] = await read(machine);
    expect(state?.rules.map(({ kind }) => kind)).toEqual(["systemd-resolved"]);
    expect(readFileSync(join(machine.root, "etc/hosts"), "utf8")).toBe("127.0.0.1 localhost\n");
  });
});

describe("rights", () => {
  test("sudo is put before each program, and nothing else", async () => {
    const machine = createLinux("systemd-resolved");
    const words: string[][] = [];
    const run: RunCommand = async (file, [tool = "", ...args], options) => {
      words.push([file, tool]);
      return machine.run(tool, args, options);
    };
    await applyResolverPlan(planResolver(await read(machine), rule), { run, elevate: ["sudo"] });
    expect(words).toEqual(["mkdir", "tee", "chmod", "mv", "systemctl", "systemctl"].map((tool) => ["sudo", tool]));
  });

  test.each(["sudo: a password is required", "ada is not in the sudoers file."])("not given: %s", async (stderr) => {
    const machine = createLinux("systemd-resolved");
    const before = machine.snapshot();
    const run: RunCommand = async () => ({ exitCode: 1, stdout: "", stderr });
    const applied = applyResolverPlan(planResolver(await read(machine), rule), { run, elevate: ["sudo", "-n"] });
    await expect(applied).rejects.toMatchObject({
      code: "CSPACE_ELEVATION_FAILED",
      message: expect.stringContaining(stderr),
    });
    expect(machine.snapshot()).toEqual(before);
  });

  test.each(["hosts", "dnsmasq"] as const)("not given, the password is asked for once: %s", async (kind) => {
    const machine = createLinux(kind);
    const states = await read(machine);
    const reload = { version: 1 as const, steps: planResolver(states, rule).steps.slice(-1) };
    for (const plan of [planResolver(states, rule), reload]) {
      const asked: string[] = [];
      const run: RunCommand = async (_, [tool = ""]) => {
        asked.push(tool);
        return { exitCode: 1, stdout: "", stderr: "sudo: a password is required" };
      };
      const applied = applyResolverPlan(plan, { run, elevate: ["sudo"] });
      await expect(applied).rejects.toMatchObject({ code: "CSPACE_ELEVATION_FAILED" });
      expect(asked).toHaveLength(1);
    }
  });

  test("a tool that fails behind a sudo that warns is no refusal", async () => {
    const machine = createLinux("systemd-resolved");
    const stderr =
      "sudo: unable to resolve host box: Name or service not known\nmkdir: cannot create: Read-only file system";
    const run: RunCommand = async () => ({ exitCode: 1, stdout: "", stderr });
    const applied = applyResolverPlan(planResolver(await read(machine), rule), { run, elevate: ["sudo", "-n"] });
    await expect(applied).rejects.toMatchObject({ code: "CSPACE_PLAN_FAILED" });
  });

  test("no sudo at all", async () => {
    const machine = createLinux("systemd-resolved");
    const applied = applyResolverPlan(planResolver(await read(machine), rule), { elevate: ["no-such-sudo"] });
    await expect(applied).rejects.toMatchObject({ code: "CSPACE_ELEVATION_FAILED" });
  });

  test("a resolver that does not start again: the file is gone, and it is started with what was there", async () => {
    const machine = createLinux("systemd-resolved");
    const before = machine.snapshot();
    const rules: boolean[] = [];
    const path = join(machine.root, "etc/systemd/resolved.conf.d/cspace.conf");
    const run: RunCommand = async (file, args, options) => {
      if (file !== "systemctl" || args[0] !== "restart") return machine.run(file, args, options);
      rules.push(existsSync(path));
      return { exitCode: rules.at(-1) === true ? 1 : 0, stdout: "", stderr: "Job failed" };
    };
    await expect(apply(machine, planResolver(await read(machine), rule), run)).rejects.toThrow("Job failed");
    expect(rules).toEqual([true, false]);
    expect(machine.snapshot()).toEqual(before);
  });

  test("a tool that wrote less than it was given: the old file stays whole", async () => {
    const machine = createLinux("hosts");
    const before = machine.snapshot();
    const run: RunCommand = (file, args, options) =>
      machine.run(file, args, file === "tee" ? { ...options, input: "127.0" } : options);
    await expect(apply(machine, planResolver(await read(machine), rule), run)).rejects.toThrow("nothing is changed");
    expect(machine.snapshot()).toEqual(before);
  });
});
