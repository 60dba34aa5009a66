import { readResolver } from "@cspace/resolver";
import { describe, expect, test } from "vitest";
import { createLinux, createMachine, linuxMachines } from "./machine.ts";

describe("which resolver a Linux machine asks, and why", () => {
  const resolved = linuxMachines["systemd-resolved"].files;
  const dnsmasq = linuxMachines.dnsmasq.files;
  const dropIn = {
    "etc/systemd/resolved.conf.d/cspace.conf":
      "# Written by cspace. To remove it: cspace dns uninstall\n[Resolve]\nDNS=127.0.0.1\nDomains=~cspace.local\n",
  };
  test.each([
    ["the stub's address", "systemd-resolved", {}, {}, "127.0.0.53"],
    [
      "nss-resolve",
      "systemd-resolved",
      {
        "etc/nsswitch.conf": "hosts: files resolve [!UNAVAIL=return] dns\n",
        "etc/resolv.conf": "nameserver 192.0.2.1\n",
      },
      {},
      "nsswitch.conf asks systemd-resolved",
    ],
    ["delegates from 258 on", "dns-delegate", {}, { systemdVersion: 258 }, "delegates"],
    [
      "delegates even with global servers",
      "dns-delegate",
      {},
      { systemdVersion: 260, globalServers: "192.0.2.8" },
      "260",
    ],
    ["global servers of the user's", "hosts", {}, { globalServers: "127.0.0.1:5300 192.0.2.8" }, "192.0.2.8"],
    ["a global server on loopback that is not cspace's", "hosts", {}, { globalServers: "127.0.0.1" }, "127.0.0.1"],
    ["fallback servers alone", "hosts", {}, { networkServers: "" }, "fallback servers"],
    ["a network for its own domains alone", "hosts", {}, { defaultRoute: "no" }, "fallback servers"],
    [
      "a rule in place, away from any network",
      "systemd-resolved",
      dropIn,
      { networkServers: "", globalServers: "127.0.0.1" },
      "127.0.0.53",
    ],
    ["a plain server", "hosts", { "etc/resolv.conf": "# by hand\nnameserver 192.0.2.1\n" }, {}, "192.0.2.1"],
  ] as const)("systemd-resolved runs, %s: %s", async (_, kind, files, options, why) => {
    const machine = createMachine(options);
    for (const [path, text] of Object.entries({ ...resolved, ...files })) machine.write(path, text);
    const [state] = await readResolver(machine);
    expect(state).toMatchObject({ kind, why: expect.stringContaining(why) });
  });

  test.each([
    ["its own drop-ins on the command line", "dnsmasq", {}, "dnsmasq listens"],
    [
      "drop-ins named by its file",
      "dnsmasq",
      { "proc/77/cmdline": "dnsmasq\0", "etc/dnsmasq.conf": "conf-dir=/etc/dnsmasq.d/,*.conf\n" },
      "dnsmasq listens",
    ],
    [
      "no drop-ins",
      "hosts",
      { "proc/77/cmdline": "dnsmasq\0", "etc/dnsmasq.conf": "#conf-dir=/etc/dnsmasq.d\n" },
      "conf-dir",
    ],
    [
      "NetworkManager's",
      "networkmanager",
      { "proc/77/cmdline": "dnsmasq\0--conf-dir=/etc/NetworkManager/dnsmasq.d\0" },
      "NetworkManager",
    ],
    ["not asked", "hosts", { "etc/resolv.conf": "nameserver 192.0.2.1\n" }, "192.0.2.1"],
    [
      "that of virtual machines",
      "hosts",
      {
        "proc/77/cmdline": "dnsmasq\0--conf-file=/var/lib/libvirt/dnsmasq/default.conf\0",
        "etc/dnsmasq.conf": "conf-dir=/etc/dnsmasq.d\n",
      },
      "nothing listens that cspace knows",
    ],
    [
      "one of a container",
      "hosts",
      { "proc/77/status": "Name:\tdnsmasq\nNSpid:\t77\t1\n" },
      "nothing listens that cspace knows",
    ],
    ["one of this machine", "dnsmasq", { "proc/77/status": "Name:\tdnsmasq\nNSpid:\t77\n" }, "dnsmasq listens"],
    ["not running", "hosts", { "proc/77/comm": "unbound\n" }, "nothing listens that cspace knows"],
  ] as const)("dnsmasq, %s: %s", async (_, kind, files, why) => {
    const machine = createMachine();
    for (const [path, text] of Object.entries({ ...dnsmasq, ...files })) machine.write(path, text);
    const [state] = await readResolver(machine);
    expect(state).toMatchObject({ kind, why: expect.stringContaining(why) });
  });

  test("a machine without any of the files", async () => {
    const [state] = await readResolver(createMachine());
    expect(state).toMatchObject({ kind: "hosts", sources: ["files", "dns"], rules: [] });
  });
});

describe("WSL2 has two sides", () => {
  const wsl = { "proc/sys/kernel/osrelease": "6.6.87.2-microsoft-standard-WSL2\n" };

  test("Windows cannot reach a DNS inside: Linux alone, and it is said", async () => {
    const machine = createLinux("hosts");
    for (const [path, text] of Object.entries(wsl)) machine.write(path, text);
    const states = await readResolver(machine);
    expect(states.map(({ kind }) => kind)).toEqual(["hosts"]);
    expect(states[0]?.why).toContain("generateHosts=false");
    expect(states[0]?.why).toContain("cspace.localhost");
  });

  test("Docker Desktop, or a mirrored network: both", async () => {
    const machine = createLinux("systemd-resolved");
    for (const [path, text] of Object.entries({ ...wsl, "mnt/wsl/docker-desktop/x": "" })) machine.write(path, text);
    expect((await readResolver(machine)).map(({ kind }) => kind)).toEqual(["systemd-resolved", "nrpt"]);
    const mirrored = createLinux("hosts");
    for (const [path, text] of Object.entries(wsl)) mirrored.write(path, text);
    const run: typeof mirrored.run = async (file, args, options) =>
      file === "wslinfo" ? { exitCode: 0, stdout: "mirrored\n", stderr: "" } : mirrored.run(file, args, options);
    expect((await readResolver({ ...mirrored, run })).map(({ kind }) => kind)).toEqual(["hosts", "nrpt"]);
  });
});

test("programs that this user may not run tell nothing", async () => {
  const machine = createLinux("systemd-resolved");
  const run: typeof machine.run = async () => {
    throw Object.assign(new Error("spawn EACCES"), { code: "EACCES" });
  };
  const [state] = await readResolver({ ...machine, run });
  expect(state?.why).toContain("no server of a network");
});

test("on macOS only files of the domains that are served are read", async () => {
  const machine = createMachine({ platform: "darwin" });
  machine.write("etc/resolver/test", "nameserver 127.0.0.1\n");
  machine.write("etc/resolver/cspace.test", "nameserver 127.0.0.1\nport 5300\n");
  const [state] = await readResolver({ ...machine, domains: ["cspace.test"] });
  expect(state?.rules).toEqual([{ kind: "macos", domains: ["cspace.test"], port: 5300, names: [] }]);
});
