import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { renderCommands, renderPlan } from "@cspace/plan";
import { nrptCommands, planRemoval, planResolver, readResolver } from "@cspace/resolver";
import { describe, expect, test } from "vitest";
import { createLinux, createMachine, type TestMachine } from "./machine.ts";

/** The plan as people see it, and the commands it is made of, without the folder of the test. */
async function show(machine: TestMachine, options: Parameters<typeof planResolver>[1]): Promise<string> {
  const states = await readResolver({ ...machine, domains: options.domains });
  const plan = planResolver(states, options);
  const text = `${states.map(({ why }) => `# ${why}\n`).join("")}\n${renderPlan(plan)}\n${renderCommands(plan, { commands: nrptCommands }).join("\n")}\n`;
  return text.replaceAll(machine.root, "");
}

describe("macOS: one file a domain, https://keith.github.io/xcode-man-pages/resolver.5.html", () => {
  test.each([
    { port: 53, domains: ["cspace.local"] },
    { port: 5300, domains: ["cspace.local"] },
    { port: 53, domains: ["cspace.test", "cspace.localhost"] },
  ])("port $port, $domains", async (rule) => {
    const name = `macos-${rule.port}-${rule.domains.join("-")}.txt`;
    await expect(await show(createMachine({ platform: "darwin" }), rule)).toMatchFileSnapshot(`golden/${name}`);
  });

  test("exactly /etc/resolver/cspace.local, and a port only when it is not 53", async () => {
    const machine = createMachine({ platform: "darwin" });
    const states = await readResolver(machine);
    const files = (port: number) =>
      planResolver(states, { domains: ["cspace.local"], port }).steps.flatMap(({ kind, path, after, needsRoot }) =>
        kind === "file" ? [{ path: path.slice(machine.root.length), after, needsRoot }] : [],
      );
    const path = "/etc/resolver/cspace.local";
    expect(files(53)).toEqual([{ path, after: "nameserver 127.0.0.1\n", needsRoot: true }]);
    expect(files(5301)).toEqual([{ path, after: "nameserver 127.0.0.1\nport 5301\n", needsRoot: true }]);
  });
});

describe("Windows: https://learn.microsoft.com/powershell/module/dnsclient/add-dnsclientnrptrule", () => {
  const foreign = { Name: "{1}", Comment: "VPN", Namespace: [".corp.example"], NameServers: ["192.0.2.9"] };
  const own = { Name: "{2}", Comment: "cspace", Namespace: [".cspace.local"], NameServers: ["127.0.0.1"] };

  test("a rule is added", async () => {
    const machine = createMachine({ platform: "win32", nrpt: JSON.stringify([foreign]) });
    const shown = await show(machine, { domains: ["cspace.local", "cspace.test"], port: 53 });
    await expect(shown).toMatchFileSnapshot("golden/windows.txt");
  });

  test("the same rule again is nothing to do; another domain takes its place; removal leaves the others alone", async () => {
    const states = await readResolver(createMachine({ platform: "win32", nrpt: JSON.stringify([foreign, own]) }));
    expect(planResolver(states, { domains: ["cspace.local"], port: 53 }).steps).toEqual([]);
    const paths = (plan: ReturnType<typeof planRemoval>): unknown => plan.steps.map(({ path, after }) => [path, after]);
    expect(paths(planResolver(states, { domains: ["cspace.test"], port: 53 }))).toEqual([
      ["nrpt:.cspace.local", null],
      ["nrpt:.cspace.test", "127.0.0.1\n"],
      ["service:Dnscache", "powershell.exe Clear-DnsClientCache\n"],
    ]);
    expect(paths(planRemoval(states))).toEqual([
      ["nrpt:.cspace.local", null],
      ["service:Dnscache", "powershell.exe Clear-DnsClientCache\n"],
    ]);
  });

  test("one rule alone, or none, as ConvertTo-Json prints them", async () => {
    const alone = await readResolver(createMachine({ platform: "win32", nrpt: JSON.stringify(own) }));
    expect(alone[0]?.rules).toEqual([{ kind: "nrpt", domains: ["cspace.local"], port: 53, names: [] }]);
    const none = await readResolver(createMachine({ platform: "win32", nrpt: "" }));
    expect(none[0]?.rules).toEqual([]);
  });

  test("somebody else's rule for the domain is named and stays", async () => {
    const taken = { ...foreign, Namespace: [".cspace.local"] };
    const states = await readResolver(createMachine({ platform: "win32", nrpt: JSON.stringify(taken) }));
    expect(() => planResolver(states, { domains: ["cspace.local"], port: 53 })).toThrow(
      expect.objectContaining({ code: "CSPACE_RESOLVER_FOREIGN", hint: expect.stringContaining("{1}") }),
    );
    expect(planRemoval(states).steps).toEqual([]);
  });

  test("a port other than 53 cannot be said", async () => {
    const states = await readResolver(createMachine({ platform: "win32" }));
    expect(() => planResolver(states, { domains: ["cspace.local"], port: 5300 })).toThrow(
      expect.objectContaining({ code: "CSPACE_RESOLVER_PORT", hint: expect.stringContaining("--dns-port 53") }),
    );
  });
});

describe("Linux", () => {
  test.each(["systemd-resolved", "dns-delegate", "networkmanager", "dnsmasq", "hosts"] as const)("%s", async (kind) => {
    const names = ["dev.mercury.notes.cspace.local"];
    const shown = await show(createLinux(kind), { domains: ["cspace.local", "cspace.test"], port: 5300, names });
    await expect(shown).toMatchFileSnapshot(`golden/linux-${kind}.txt`);
  });

  test("systemd-resolved before 246 knows no port", async () => {
    const machine = createMachine({ systemdVersion: 245 });
    const made = createLinux("systemd-resolved");
    const states = await readResolver({ ...made, run: machine.run });
    expect(planResolver(states, { domains: ["cspace.local"], port: 53 }).steps.length).toBe(3);
    expect(() => planResolver(states, { domains: ["cspace.local"], port: 5300 })).toThrow(
      expect.objectContaining({ code: "CSPACE_RESOLVER_PORT" }),
    );
  });

  test.each([
    ["run/openrc/softlevel", "rc-service dnsmasq restart\n"],
    ["other", "service dnsmasq restart\n"],
  ])("without systemd the service is started again by what there is: %s", async (path, command) => {
    const machine = createLinux("dnsmasq");
    const { rmSync } = await import("node:fs");
    rmSync(`${machine.root}/run/systemd`, { recursive: true });
    machine.write(path, "");
    const plan = planResolver(await readResolver(machine), { domains: ["cspace.local"], port: 53 });
    expect(plan.steps.at(-1)?.after).toBe(command);
  });

  test("a rule that the running resolver has not read is loaded, one that it has is not", async () => {
    const machine = createLinux("dnsmasq");
    const path = "etc/dnsmasq.d/cspace.conf";
    machine.write(path, planResolver(await readResolver(machine), rule).steps[0]?.after ?? "");
    const { restart } = await import("./machine.ts");
    const paths = async () => planResolver(await readResolver(machine), rule).steps.map((step) => step.path);
    expect(await paths()).toEqual(["service:dnsmasq"]);
    restart(machine);
    expect(await paths()).toEqual([]);
    expect(planResolver(await readResolver(machine), { ...rule, refresh: true }).steps.length).toBe(1);
  });

  test("a rule whose file is gone, and that systemd-resolved still follows, is unloaded by removal alone", async () => {
    const machine = createLinux("systemd-resolved");
    machine.write("etc/systemd/resolved.conf.d/other.conf", "[Resolve]\n");
    const { run } = createMachine({ globalServers: "127.0.0.1:5300" });
    const states = await readResolver({ ...machine, run });
    expect(planRemoval(states).steps.map(({ path }) => path)).toEqual(["service:systemd-resolved"]);
    expect(planRemoval(await readResolver(machine)).steps).toEqual([]);
  });

  test("without any domain the rule goes", async () => {
    const machine = createLinux("dnsmasq");
    machine.write("etc/dnsmasq.d/cspace.conf", planResolver(await readResolver(machine), rule).steps[0]?.after ?? "");
    const steps = planResolver(await readResolver(machine), { domains: [], port: 53 }).steps;
    expect(steps.map(({ kind }) => kind)).toEqual(["remove", "command"]);
  });
});

test.each([
  [{ domains: ["cspace.local\nserver=/./192.0.2.1"], port: 53 }, "CSPACE_DOMAIN_INVALID"],
  [{ domains: ["local"], port: 53 }, "CSPACE_DOMAIN_INVALID"],
  [{ domains: ["cspace.local"], port: 53, names: ["www.example.com"] }, "CSPACE_NAME_INVALID"],
])("what would send other names here is refused: %j", async (options, code) => {
  const states = await readResolver(createLinux("hosts"));
  expect(() => planResolver(states, options)).toThrow(expect.objectContaining({ code }));
});

test("a shell that runs the commands does what applying does", async () => {
  const machine = createMachine();
  const before = "127.0.0.1\thost\t5\r\n\\n %s %b \u001b[2J7 '\"$HOME` \u00e9\n";
  machine.write("etc/hosts", before);
  const states = await readResolver(machine);
  const plan = planResolver(states, { ...rule, names: ["a.b.c.cspace.local"] });
  const sh = (commands: readonly string[]): void => void execFileSync("sh", ["-e", "-c", commands.join("\n")]);
  sh(renderCommands(plan, { elevate: [] }));
  expect(readFileSync(`${machine.root}/etc/hosts`, "utf8")).toBe(plan.steps[0]?.after);
  sh(renderCommands(planRemoval(await readResolver(machine)), { elevate: [] }));
  expect(readFileSync(`${machine.root}/etc/hosts`, "utf8")).toBe(before);
});

const rule = { domains: ["cspace.local"], port: 5300 };

test("commands are one line each, and quote what a shell would read", () => {
  const path = "/etc/it's here";
  const step = { kind: "file", path, before: "old\n", after: "a\t\\n\r\n\u001b[2J'%s\n", needsRoot: true };
  const own = { kind: "file", path: "/home/ada/.cspace/config.json", before: null, after: "{}", needsRoot: false };
  expect(renderCommands({ version: 1, steps: [step, own] }, { elevate: ["doas"] })).toMatchInlineSnapshot(`
    [
      "doas cp -a '/etc/it'\\''s here' '/etc/.it'\\''s here.cspace-new'",
      "printf '%b' 'a\\0011\\\\n\\0015\\n\\0033[2J'\\''%s\\n' | doas tee '/etc/.it'\\''s here.cspace-new' >/dev/null",
      "doas mv -f '/etc/.it'\\''s here.cspace-new' '/etc/it'\\''s here'",
    ]
  `);
});
